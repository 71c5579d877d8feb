//! Edits of a text, and where its lines start and end.

use std::ops::Range;

/// A stretch of the text and what stands there instead.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Edit {
    pub(super) range: Range<usize>,
    pub(super) text: String,
}

impl Edit {
    pub(super) fn insert(at: usize, text: impl Into<String>) -> Self {
        Self { range: at..at, text: text.into() }
    }

    pub(super) fn delete(range: Range<usize>) -> Self {
        Self { range, text: String::new() }
    }

    pub(super) fn replace(range: Range<usize>, text: impl Into<String>) -> Self {
        Self { range, text: text.into() }
    }
}

/// Makes edits that do not overlap. Of several at one place the earlier in the list comes first.
pub(super) fn apply(text: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
    let mut result = String::with_capacity(text.len());
    let mut done = 0;
    for edit in edits {
        result.push_str(text.get(done..edit.range.start).unwrap_or_default());
        result.push_str(&edit.text);
        done = edit.range.end.max(done);
    }
    result.push_str(text.get(done..).unwrap_or_default());
    result
}

/// The line end that the text uses: that of its first line.
pub(super) fn line_break(text: &str) -> &'static str {
    match text.find('\n') {
        Some(at) if text[..at].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

/// Where the line of `at` starts.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind(is_break).map_or(0, |before| before + width(text, before))
}

/// Where the line of `at` ends, its line end not included.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    text[at..].find(is_break).map_or(text.len(), |length| at + length)
}

/// Where the line behind the line of `at` starts; the end of the text if there is none.
pub(super) fn next_line(text: &str, at: usize) -> usize {
    let end = line_end(text, at);
    if text[end..].starts_with("\r\n") { end + 2 } else { end + width(text, end) }
}

/// Whether nothing but blanks stands before `at` on its line.
pub(super) fn starts_line(text: &str, at: usize) -> bool {
    text[line_start(text, at)..at].bytes().all(|byte| matches!(byte, b' ' | b'\t'))
}

/// The blanks from `at` on if nothing follows them on the line; else nothing.
pub(super) fn trailing_blanks(text: &str, at: usize) -> Range<usize> {
    let end = line_end(text, at);
    if text[at..end].trim_matches([' ', '\t']).is_empty() { at..end } else { at..at }
}

/// The first place from `at` on that is neither blank, line end nor comment.
pub(super) fn skip_layout(text: &str, mut at: usize) -> usize {
    loop {
        let rest = &text[at..];
        at += rest.len() - rest.trim_start_matches(|c| is_break(c) || matches!(c, ' ' | '\t')).len();
        if !text[at..].starts_with('#') {
            return at;
        }
        at = line_end(text, at);
    }
}

fn is_break(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Bytes of the character at `at`; zero at the end.
fn width(text: &str, at: usize) -> usize {
    text[at..].chars().next().map_or(0, char::len_utf8)
}
