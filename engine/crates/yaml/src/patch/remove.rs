//! Entries and items taken out.

use std::ops::Range;

use super::PatchError;
use super::edit::{Edit, line_end, line_start, next_line, skip_layout, starts_line};
use super::layout::{content_end, last_leaf};
use super::locate::{Located, is_flow};
use crate::node::{Content, Layout, Node, ScalarStyle};
use crate::path::Path;

/// One part of a collection: an entry with its key, or an item with its dash.
struct Part<'a> {
    start: usize,
    end: usize,
    /// The value or the item.
    last: &'a Node,
}

/// The edits that take out a node, with its key.
pub(super) fn remove(text: &str, path: &Path, located: &Located<'_>) -> Result<Vec<Edit>, PatchError> {
    let (Some(parent), Some(&step)) = (located.parent(), located.steps.last()) else {
        let reason = "the top of a document cannot be taken out".to_owned();
        return Err(PatchError::Refused { path: path.clone(), reason });
    };
    let parts = parts(parent);
    let Some(part) = parts.get(step) else { return Ok(Vec::new()) };
    if is_flow(parent) {
        return Ok(remove_in_flow(text, &parts, step));
    }
    if parts.len() == 1 {
        return Ok(empty_collection(text, parent, part));
    }
    let own_line = starts_line(text, part.start);
    match parts.get(step + 1) {
        Some(next) if !own_line => Ok(vec![Edit::delete(part.start..inline_end(text, part, next.start))]),
        _ => {
            let before = step.checked_sub(1).and_then(|before| parts.get(before));
            Ok(vec![Edit::delete(whole_lines(text, part, before))])
        }
    }
}

fn parts(parent: &Node) -> Vec<Part<'_>> {
    match &parent.written().content {
        Content::Sequence { items, layout } => items
            .iter()
            .map(|item| {
                let dash = indicator(item).filter(|_| *layout == Layout::Block);
                let start = dash.unwrap_or_else(|| item.start().index());
                Part { start, end: item.span.end.index(), last: item }
            })
            .collect(),
        Content::Mapping { mapping, .. } => mapping
            .entries()
            .iter()
            .map(|entry| {
                let start = indicator(&entry.key).unwrap_or_else(|| entry.key.start().index());
                let end = entry.key.span.end.max(entry.value.span.end).index();
                Part { start, end, last: &entry.value }
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// Where the sign before a node stands, see [`Node::indicator`].
fn indicator(node: &Node) -> Option<usize> {
    (node.indicator != Node::NO_INDICATOR).then_some(node.indicator as usize)
}

/// The lines of a part that starts a line. If the text ends with them without a line end, the line end before them goes
/// too, unless it is content of the part before.
fn whole_lines(text: &str, part: &Part<'_>, before: Option<&Part<'_>>) -> Range<usize> {
    let last = content_end(text, part.last).max(part.end);
    let start = line_start(text, part.start);
    let end = next_line(text, last);
    let no_line_end = end == line_end(text, last);
    if !no_line_end || before.is_some_and(|before| ends_with_line_end(before.last)) {
        return start..end;
    }
    let before = &text[..start];
    let before = before.strip_suffix("\r\n").or_else(|| before.strip_suffix(['\n', '\r'])).unwrap_or(before);
    before.len()..end
}

/// Whether the last scalar of a node is block text that ends with a line end.
fn ends_with_line_end(node: &Node) -> bool {
    match &last_leaf(node).content {
        Content::Scalar { text, style: ScalarStyle::Literal | ScalarStyle::Folded } => text.ends_with('\n'),
        _ => false,
    }
}

/// Up to where to delete a part that does not start a line, so that the next takes its place: the next, or comments
/// of the next on lines of their own.
fn inline_end(text: &str, part: &Part<'_>, next: usize) -> usize {
    let last = content_end(text, part.last).max(part.end);
    let below = next_line(text, last).min(next);
    match text[below..next].find('#') {
        Some(comment) => below + comment,
        None => next,
    }
}

/// The edits that leave `{}` or `[]` of a block collection with one part.
fn empty_collection(text: &str, collection: &Node, part: &Part<'_>) -> Vec<Edit> {
    let empty = if matches!(collection.written().content, Content::Sequence { .. }) { "[]" } else { "{}" };
    // The place behind `key:`, a dash, an anchor or a tag, if the part is below it and not on its line.
    let properties = collection.properties.as_deref().map(|properties| properties.end().index());
    let header = properties.or_else(|| indicator(collection).map(|at| at + 1));
    let line = line_start(text, part.start);
    match header.filter(|&header| starts_line(text, part.start) && header < line) {
        Some(header) => {
            vec![Edit::insert(header, format!(" {empty}")), Edit::delete(whole_lines(text, part, None))]
        }
        None => {
            let end = content_end(text, part.last).max(part.end);
            vec![Edit::replace(part.start..end, empty)]
        }
    }
}

/// Takes a part out of brackets or braces, with a comma. Comments stay.
fn remove_in_flow(text: &str, parts: &[Part<'_>], step: usize) -> Vec<Edit> {
    let part = &parts[step];
    if let Some(next) = parts.get(step + 1) {
        let comma = skip_layout(text, part.end) + 1;
        let end = if text[part.end..next.start].contains('#') { comma } else { next.start };
        return vec![Edit::delete(part.start..end)];
    }
    let next = skip_layout(text, part.end);
    let trailing_comma = text[next..].starts_with(',');
    let before = if step > 0 { parts[step - 1].end } else { part.start };
    if step > 0 && !trailing_comma && !text[before..part.start].contains('#') {
        return vec![Edit::delete(before..part.end)];
    }
    let mut edits = vec![Edit::delete(part.start..part.end)];
    if trailing_comma {
        edits.push(Edit::delete(next..next + 1));
    }
    edits
}
