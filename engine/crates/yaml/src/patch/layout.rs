//! The lines of block collections: where content ends, and how new lines stand below it.

use std::ops::Range;

use serde_json::Value;

use super::edit::{Edit, line_break, line_end, next_line};
use crate::emit::{EmitError, KeyOrder, emit};
use crate::node::{Content, Node, ScalarStyle};

/// Puts the lines of a new last part behind the last line of a block collection, indented like its first.
pub(super) fn behind(text: &str, collection: &Node, lines: &[String], value: &Value) -> Vec<Edit> {
    let column = usize::try_from(collection.span.start.indentation()).unwrap_or(0);
    let end = line_end(text, content_end(text, collection));
    let new = below(text, end, column, &indented(lines, column), value);
    keep_unended(text, new.range.start, last_leaf(collection)).into_iter().chain([new]).collect()
}

/// Puts the lines of a value below the line that ends at `end`, and below the comments that belong to it: those that are
/// indented deeper than `column`.
pub(super) fn below(text: &str, end: usize, column: usize, lines: &[String], value: &Value) -> Edit {
    let eol = line_break(text);
    let mut at = behind_comments(text, end, column);
    // Block text that ends with empty lines would take those below for its own.
    if lines.last().is_some_and(String::is_empty) {
        at = behind_blank_lines(text, at);
    }
    // At the end of a text without a last line end, block text would lose its own.
    let last = if at == text.len() && ends_line(value) { eol } else { "" };
    Edit::insert(at, format!("{eol}{}{last}", lines.join(eol)))
}

/// The end of the comments below a line that are indented deeper than `column`. Block text put before them would swallow
/// them.
fn behind_comments(text: &str, end: usize, column: usize) -> usize {
    let (mut last, mut at) = (end, end);
    loop {
        let next = next_line(text, at);
        if next == at || next == text.len() {
            return last;
        }
        at = line_end(text, next);
        let line = &text[next..at];
        let content = line.trim_start_matches(' ');
        if content.starts_with('#') && line.len() - content.len() > column {
            last = at;
        } else if !content.is_empty() {
            return last;
        }
    }
}

/// A block scalar at the end of a text without a last line end has none either; it must not get one from what follows.
fn keep_unended(text: &str, at: usize, leaf: &Node) -> Option<Edit> {
    let Content::Scalar { text: value, style: ScalarStyle::Literal | ScalarStyle::Folded } = &leaf.content
    else {
        return None;
    };
    let header = block_header(text, leaf);
    let strips = text[header.clone()].contains('-');
    (at == text.len() && !value.is_empty() && !value.ends_with('\n') && !strips).then(|| {
        let signs = text[header.clone()].replace('+', "");
        Edit::replace(header, signs + "-")
    })
}

/// The signs that start a block scalar: `|` or `>` and what sticks to it.
pub(super) fn block_header(text: &str, scalar: &Node) -> Range<usize> {
    let span = scalar.span.bytes();
    let signs = text[span.clone()].find(|c: char| !matches!(c, '|' | '>' | '+' | '-' | '0'..='9'));
    span.start..signs.map_or(span.end, |length| span.start + length)
}

/// Where the content of a node ends. Blank lines behind a block scalar with `+` are content.
pub(super) fn content_end(text: &str, node: &Node) -> usize {
    let end = node.span.end.index();
    let leaf = last_leaf(node);
    let Content::Scalar { style: ScalarStyle::Literal | ScalarStyle::Folded, .. } = leaf.content else {
        return end;
    };
    if !text[block_header(text, leaf)].contains('+') {
        return end;
    }
    behind_blank_lines(text, end)
}

/// The end of the last of the blank lines below a line; the end of that line if there are none.
fn behind_blank_lines(text: &str, mut end: usize) -> usize {
    loop {
        let next = next_line(text, end);
        let blank = text[next..line_end(text, next)].trim_matches(' ').is_empty();
        if next == line_end(text, end) || next == text.len() || !blank {
            return end;
        }
        end = line_end(text, next);
    }
}

/// The last scalar or alias inside a node.
pub(super) fn last_leaf(node: &Node) -> &Node {
    let node = node.written();
    let last = match &node.content {
        Content::Sequence { items, .. } => items.last(),
        Content::Mapping { mapping, .. } => mapping.entries().last().map(|entry| &entry.value),
        _ => None,
    };
    last.map_or(node, last_leaf)
}

/// The lines of a value that is a collection. Of a mapping whose value is a list, the list is indented by `offset`.
pub(super) fn block_lines(value: &Value, offset: usize) -> Result<Vec<String>, EmitError> {
    let text = emit(value, KeyOrder::Kept)?;
    // Not `lines()`, which would take a carriage return for layout.
    let text = text.strip_suffix('\n').unwrap_or(&text);
    let lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
    let holds_list = |value: &Value| value.as_array().is_some_and(|items| !items.is_empty());
    if offset == 0 || !value.as_object().is_some_and(|entries| entries.values().all(holds_list)) {
        return Ok(lines);
    }
    let (first, rest) = lines.split_at(1);
    Ok(first.iter().cloned().chain(indented(rest, offset)).collect())
}

/// Whether the last text in a value ends with a line end.
pub(super) fn ends_line(value: &Value) -> bool {
    match value {
        Value::String(text) => text.ends_with('\n'),
        Value::Array(items) => items.last().is_some_and(ends_line),
        Value::Object(entries) => entries.values().next_back().is_some_and(ends_line),
        _ => false,
    }
}

/// Lines with more indentation; empty lines stay empty.
pub(super) fn indented(lines: &[String], columns: usize) -> Vec<String> {
    let indent = " ".repeat(columns);
    let deeper = |line: &String| {
        if line.is_empty() {
            return String::new();
        }
        // LS and PS end lines too, and what stands behind them is indented like every line.
        let inner = ['\u{2028}', '\u{2029}'].iter().fold(line.clone(), |line, separator| {
            line.replace(&format!("{separator} "), &format!("{separator}{indent} "))
        });
        format!("{indent}{inner}")
    };
    lines.iter().map(deeper).collect()
}
