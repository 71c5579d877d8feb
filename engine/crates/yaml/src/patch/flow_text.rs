//! What stands inside brackets and braces: values on one line, and where another part goes.

use serde_json::Value;

use super::edit::{Edit, line_break, line_end, skip_layout, starts_line};
use crate::emit::{EmitError, check_depth, double_quoted, is_plain_text, number_text};
use crate::node::{Layout, Node};
use crate::position::Position;

/// The text of a value inside brackets or braces.
///
/// # Errors
/// The value is nested deeper than a reader would take.
pub(super) fn flow_text(value: &Value) -> Result<String, EmitError> {
    let mut text = String::new();
    write(value, 0, &mut text)?;
    Ok(text)
}

/// The text of `key: value` inside braces.
pub(super) fn flow_entry(key: &str, value: &Value) -> Result<String, EmitError> {
    let mut text = flow_key(key);
    text.push_str(": ");
    write(value, 1, &mut text)?;
    Ok(text)
}

/// A text inside brackets or braces.
pub(super) fn flow_string(text: &str) -> String {
    if is_plain_text(text, Layout::Flow) { text.to_owned() } else { double_quoted(text) }
}

/// A key inside braces. `<<` without quotes would merge.
fn flow_key(key: &str) -> String {
    if key == "<<" { double_quoted(key) } else { flow_string(key) }
}

fn write(value: &Value, depth: u16, text: &mut String) -> Result<(), EmitError> {
    check_depth(value, depth)?;
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(bool) => text.push_str(if *bool { "true" } else { "false" }),
        Value::Number(number) => text.push_str(&number_text(number)),
        Value::String(string) => text.push_str(&flow_string(string)),
        Value::Array(items) => {
            text.push('[');
            for (at, item) in items.iter().enumerate() {
                text.push_str(if at == 0 { "" } else { ", " });
                write(item, depth + 1, text)?;
            }
            text.push(']');
        }
        Value::Object(entries) => {
            text.push('{');
            for (at, (key, value)) in entries.iter().enumerate() {
                text.push_str(if at == 0 { "" } else { ", " });
                text.push_str(&flow_key(key));
                text.push_str(": ");
                write(value, depth + 1, text)?;
            }
            text.push('}');
        }
    }
    Ok(())
}

/// The last part of a collection in brackets or braces.
pub(super) struct LastPart {
    pub(super) start: Position,
    /// The byte offset behind it.
    pub(super) end: usize,
    /// It is a key with a `:` and no value, to which nothing may stick.
    pub(super) open: bool,
}

/// Puts text into brackets or braces, behind their last part. A part on a line of its own is followed by another such.
pub(super) fn append_in_flow(text: &str, collection: &Node, last: Option<LastPart>, new: &str) -> Vec<Edit> {
    let Some(LastPart { start, end, open }) = last else {
        return vec![Edit::insert(collection.span.start.index() + 1, new)];
    };
    let own_line = starts_line(text, start.index());
    let separator = if own_line {
        let indent = usize::try_from(start.indentation()).unwrap_or(0);
        format!("{}{}", line_break(text), " ".repeat(indent))
    } else {
        " ".to_owned()
    };
    let next = skip_layout(text, end);
    if text[next..].starts_with(',') {
        let comma = if own_line { "," } else { "" };
        let at = behind_comment(text, next + 1, own_line);
        return vec![Edit::insert(at, format!("{separator}{new}{comma}"))];
    }
    let comma = Edit::insert(end, if open { " ," } else { "," });
    vec![comma, Edit::insert(behind_comment(text, end, own_line), format!("{separator}{new}"))]
}

/// The end of the line of `at` if only a comment stands there, else `at`.
fn behind_comment(text: &str, at: usize, own_line: bool) -> usize {
    let end = line_end(text, at);
    let rest = text[at..end].trim_start();
    if own_line && (rest.is_empty() || rest.starts_with('#')) { end } else { at }
}
