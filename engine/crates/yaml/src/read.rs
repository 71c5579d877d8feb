//! Text into documents.

mod block;
mod flow;
mod parser;

use serde_json::Value;

use crate::error::{ErrorKind, YamlError};
use crate::node::Document;
use crate::options::ReadOptions;
use crate::position::{Position, Span};
use parser::Parser;

/// Reads all documents of a text. Documents without content, as between two `---`, are left out; a document that says
/// `null` is not.
///
/// # Errors
/// The first mistake: the text is not YAML, passes a limit, or has a duplicate key where `options` refuse them.
/// Values that only JSON cannot hold are no mistake here, but in [`crate::Node::to_json`].
pub fn read(text: &str, options: &ReadOptions) -> Result<Vec<Document>, YamlError> {
    check_size(text, options)?;
    check_characters(text)?;
    let mut parser = Parser::new(text, options);
    let mut documents = Vec::new();
    while let Some(document) = parser.next_document()? {
        if document.root.start().byte != document.root.span.end.byte {
            documents.push(document);
        }
    }
    Ok(documents)
}

/// The JSON value of the first document, exactly as `YAMLToJSON` of `sigs.k8s.io/yaml` has it: null where the text or
/// its first document is empty, what follows the first document not looked at.
///
/// # Errors
/// The text is not YAML, passes a default limit, or holds what JSON cannot.
pub fn to_json(text: &str) -> Result<Value, YamlError> {
    to_json_within(text, &ReadOptions::default())
}

/// As [`to_json`], with limits and rules of the caller.
///
/// # Errors
/// The text is not YAML, passes a limit, has a duplicate key where `options` refuse them, or holds what JSON cannot.
pub fn to_json_within(text: &str, options: &ReadOptions) -> Result<Value, YamlError> {
    check_size(text, options)?;
    check_characters(text)?;
    let document = Parser::new(text, options).next_document()?;
    document.map_or(Ok(Value::Null), |document| document.root.to_json())
}

/// The text that bytes hold.
///
/// # Errors
/// The bytes are not UTF-8; the place is that of the first bad byte.
pub fn decode_utf8(bytes: &[u8]) -> Result<&str, YamlError> {
    str::from_utf8(bytes).map_err(|error| {
        let good = str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default();
        let span = Span::at(position_after(good));
        YamlError::new(ErrorKind::Encoding, span, "the text is not UTF-8").with_hint("save the file as UTF-8")
    })
}

fn check_size(text: &str, options: &ReadOptions) -> Result<(), YamlError> {
    let max = options.limits.bytes.min(u32::MAX as usize - 1);
    if text.len() <= max {
        return Ok(());
    }
    let message = format!("the text has {} bytes, {max} are allowed", text.len());
    Err(YamlError::new(ErrorKind::Limit, Span::at(Position::START), message))
}

/// Refuses control characters and what is no character at all.
fn check_characters(text: &str) -> Result<(), YamlError> {
    let bad = text.char_indices().find(|(_, c)| {
        !matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{fffd}' | '\u{10000}'..)
    });
    let Some((at, c)) = bad else { return Ok(()) };
    let span = Span::at(position_after(&text[..at]));
    let message = format!("the character U+{:04X} is not allowed", u32::from(c));
    Err(YamlError::new(ErrorKind::Encoding, span, message)
        .with_hint("remove it, or write it as an escape in double quotes"))
}

/// The place behind `text`.
fn position_after(text: &str) -> Position {
    let mut cursor = crate::scan::Cursor::new(text);
    while !cursor.at_end() {
        if cursor.is_break(0) {
            cursor.step_break();
        } else {
            cursor.step();
        }
    }
    cursor.place()
}
