//! New items and entries, in block collections and in brackets.

use serde_json::Value;

use super::PatchError;
use super::edit::{Edit, line_break, line_end, trailing_blanks};
use super::flow_text::{LastPart, append_in_flow, flow_entry, flow_text};
use super::layout::{behind, below, block_lines, ends_line, indented};
use super::locate::{Located, kind_name};
use crate::node::{Content, Kind, Layout, Node};
use crate::path::Path;
use crate::resolve::Scalar;

/// Whether a node is null, written or left out, and no alias.
pub(super) fn is_null(node: &Node) -> bool {
    match node.kind() {
        Kind::Scalar(scalar) => node.alias().is_none() && scalar.value() == Ok(Scalar::Null),
        _ => false,
    }
}

/// How far the sequences of a document are indented under their keys: as the first of them is, else not at all.
pub(super) fn sequence_offset(root: Option<&Node>) -> usize {
    root.and_then(first_offset).unwrap_or(0)
}

fn first_offset(node: &Node) -> Option<usize> {
    match &node.written().content {
        Content::Mapping { mapping, layout: Layout::Block } => mapping.entries().iter().find_map(|entry| {
            let value = entry.value.written();
            if matches!(value.content, Content::Sequence { layout: Layout::Block, .. }) {
                let offset = value.span.start.indentation() - node.span.start.indentation();
                return usize::try_from(offset).ok();
            }
            first_offset(value)
        }),
        Content::Sequence { items, layout: Layout::Block } => items.iter().find_map(first_offset),
        _ => None,
    }
}

/// The edits that put an item behind the last of a sequence.
pub(super) fn append_item(
    text: &str,
    path: &Path,
    located: &Located<'_>,
    item: &Value,
) -> Result<Vec<Edit>, PatchError> {
    let node = located.node;
    let Content::Sequence { items, layout } = &node.written().content else {
        return Err(wrong_kind(path, node, "a list"));
    };
    if *layout == Layout::Flow {
        let last = items.last().map(|item| LastPart {
            start: item.start(),
            end: item.span.end.index(),
            open: false,
        });
        return Ok(append_in_flow(text, node, last, &flow_text(item)?));
    }
    let lines = block_lines(&Value::Array(vec![item.clone()]), 0)?;
    Ok(behind(text, node, &lines, item))
}

/// The edits that put an entry behind the last of a mapping.
pub(super) fn append_entry(
    text: &str,
    path: &Path,
    located: &Located<'_>,
    key: &str,
    value: &Value,
    sequence_offset: usize,
) -> Result<Vec<Edit>, PatchError> {
    let node = located.node;
    let Content::Mapping { mapping, layout } = &node.written().content else {
        return Err(wrong_kind(path, node, "a mapping"));
    };
    if let Some(entry) = mapping.entries().iter().find(|entry| entry.name().as_deref() == Some(key)) {
        return Err(PatchError::KeyExists {
            path: path.clone(),
            key: key.to_owned(),
            span: entry.key.span(),
        });
    }
    if *layout == Layout::Flow {
        if !text[node.span.start.index()..].starts_with('{') {
            let reason = "a pair in brackets has no place for another key".to_owned();
            return Err(PatchError::Refused { path: path.clone(), reason });
        }
        let last = mapping.entries().last().map(|entry| LastPart {
            start: entry.key.start(),
            end: entry.key.span.end.max(entry.value.span.end).index(),
            open: entry.value.is_left_out() && entry.value.indicator != Node::NO_INDICATOR,
        });
        return Ok(append_in_flow(text, node, last, &flow_entry(key, value)?));
    }
    let lines = block_lines(&object(key, value), sequence_offset)?;
    Ok(behind(text, node, &lines, value))
}

/// The edits that write a collection where null is.
pub(super) fn put_collection(
    text: &str,
    located: &Located<'_>,
    value: &Value,
) -> Result<Vec<Edit>, PatchError> {
    let node = located.node;
    let mut span = node.span.bytes();
    if span.is_empty() {
        span = trailing_blanks(text, span.start);
    }
    if located.layout() == Layout::Flow {
        let before = if node.is_left_out() && node.indicator == Node::NO_INDICATOR {
            ": "
        } else if text[..span.start].ends_with([' ', '[', '{', ',']) {
            ""
        } else {
            " "
        };
        return Ok(vec![Edit::replace(span, format!("{before}{}", flow_text(value)?))]);
    }
    let lines = block_lines(value, 0)?;
    let eol = line_break(text);
    let in_place = |lines: &[String], before: &str| {
        let last = if span.end == text.len() && ends_line(value) { eol } else { "" };
        vec![Edit::replace(span.clone(), format!("{before}{}{last}", lines.join(eol).trim_start()))]
    };
    let Some(parent) = located.parent() else { return Ok(in_place(&lines, "")) };
    let column = usize::try_from(parent.span.start.indentation()).unwrap_or(0);
    if matches!(parent.written().content, Content::Sequence { .. }) {
        let space = if text[..span.start].ends_with(' ') { "" } else { " " };
        return Ok(in_place(&indented(&lines, column + 2), space));
    }
    // Below the key, so that a comment behind the key stays where it is.
    let offset = if value.is_array() { sequence_offset(located.parents.first().copied()) } else { 2 };
    let blanks = text[..span.start].len() - text[..span.start].trim_end_matches(' ').len();
    let cut = if node.is_left_out() { span.clone() } else { span.start - blanks..span.end };
    let new = below(text, line_end(text, span.end), column, &indented(&lines, column + offset), value);
    Ok(vec![Edit::delete(cut), new])
}

/// The edit that gives a text without content its first value.
pub(super) fn at_end_of_text(text: &str, value: &Value) -> Result<Edit, PatchError> {
    let eol = line_break(text);
    let lines = block_lines(value, 0)?.join(eol);
    let own_line = text.trim_start_matches('\u{feff}').is_empty() || text.ends_with(['\n', '\r']);
    let before = if own_line { "" } else { eol };
    Ok(Edit::insert(text.len(), format!("{before}{lines}{eol}")))
}

fn object(key: &str, value: &Value) -> Value {
    Value::Object([(key.to_owned(), value.clone())].into_iter().collect())
}

fn wrong_kind(path: &Path, node: &Node, wanted: &'static str) -> PatchError {
    PatchError::WrongKind { path: path.clone(), wanted, found: kind_name(node), span: node.span() }
}
