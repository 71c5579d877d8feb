//! Another value for a scalar.

use serde_json::{Number, Value};

use super::edit::{Edit, line_break, line_end, trailing_blanks};
use super::flow_text::flow_text;
use super::layout::block_header;
use super::locate::{Located, kind_name};
use super::{PatchError, Quotes};
use crate::emit::{Traits, double_quoted, is_plain_text, number_text, single_quoted};
use crate::go_number;
use crate::json::same_in_json;
use crate::node::{Content, Kind, Layout, Node, ScalarNode, ScalarStyle};
use crate::path::Path;
use crate::resolve::{Scalar, is_text_when_plain};

/// A way to write a value: its style, and its text before quotes and escapes.
struct Written {
    style: ScalarStyle,
    text: String,
}

/// The edits that give a scalar another value.
pub(super) fn replace(
    text: &str,
    path: &Path,
    located: &Located<'_>,
    value: &Scalar,
    quotes: Quotes,
) -> Result<Vec<Edit>, PatchError> {
    let node = located.node;
    let old = scalar_at(path, node)?;
    let layout = located.layout();
    let (style, tag) = if node.alias().is_some() { (ScalarStyle::Plain, None) } else { (old.style, old.tag) };
    let preferred = match (style, quotes) {
        (ScalarStyle::Plain, Quotes::Double) => ScalarStyle::DoubleQuoted,
        _ => style,
    };
    let (written, keeps_tag) = match tag.and_then(|tag| write(value, preferred, layout, Some(tag))) {
        Some(written) => (written, true),
        None => match write(value, preferred, layout, None) {
            Some(written) => (written, false),
            None => return Err(refused(path, "there is no way to write this value")),
        },
    };
    let mut edits = if tag.is_some() && !keeps_tag { drop_tag(text, node) } else { Vec::new() };
    edits.extend(put(text, path, located, style, &written)?);
    Ok(edits)
}

/// The edits that put a list or a mapping, on one line, in the place of a scalar.
pub(super) fn replace_by_collection(
    text: &str,
    path: &Path,
    located: &Located<'_>,
    value: &Value,
) -> Result<Vec<Edit>, PatchError> {
    let node = located.node;
    let old = scalar_at(path, node)?;
    let style = if node.alias().is_some() { ScalarStyle::Plain } else { old.style };
    // It is written as it is, like what has no quotes.
    let written = Written { style: ScalarStyle::Plain, text: flow_text(value)? };
    let mut edits = if node.alias().is_some() { Vec::new() } else { drop_tag(text, node) };
    edits.extend(put(text, path, located, style, &written)?);
    Ok(edits)
}

fn scalar_at<'a>(path: &Path, node: &'a Node) -> Result<ScalarNode<'a>, PatchError> {
    match node.kind() {
        Kind::Scalar(scalar) => Ok(scalar),
        Kind::Sequence(_) | Kind::Mapping(_) => {
            let (wanted, found) = ("a scalar", kind_name(node));
            Err(PatchError::WrongKind { path: path.clone(), wanted, found, span: node.span() })
        }
    }
}

/// Puts what is written in the place of a scalar of this style.
fn put(
    text: &str,
    path: &Path,
    located: &Located<'_>,
    style: ScalarStyle,
    written: &Written,
) -> Result<Vec<Edit>, PatchError> {
    let node = located.node;
    if matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
        return Ok(replace_block(text, located, written));
    }
    let edit = if node.is_left_out() {
        fill_in(text, path, located, &one_line(written))?
    } else {
        Edit::replace(node.span().bytes(), one_line(written))
    };
    Ok(vec![edit])
}

/// How to write a value so that it reads back under `tag`, in the style that is there if it can hold the value.
fn write(value: &Scalar, style: ScalarStyle, layout: Layout, tag: Option<&str>) -> Option<Written> {
    candidates(value, style, layout, tag).into_iter().find(|written| {
        let span = crate::position::Span::at(crate::position::Position::START);
        let scalar = ScalarNode { text: &written.text, style: written.style, tag, span };
        scalar.value().is_ok_and(|read| same_in_json(&read, value))
    })
}

/// The ways to write a value, the best first.
fn candidates(value: &Scalar, style: ScalarStyle, layout: Layout, tag: Option<&str>) -> Vec<Written> {
    let Scalar::String(text) = value else {
        return vec![Written { style: ScalarStyle::Plain, text: plain_text(value) }];
    };
    let traits = Traits::of(text);
    // Under a tag the text decides nothing, so it need not look like text.
    let under_tag = tag.is_some() && traits.is_plain(layout);
    let plain = under_tag || is_plain_text(text, layout);
    let fits_lines = !text.starts_with([' ', '\n']) && !text.ends_with("\n\n");
    let literal =
        layout == Layout::Block && traits.literal && fits_lines && !text.contains(['\u{2028}', '\u{2029}']);
    let mut styles = match style {
        ScalarStyle::Literal | ScalarStyle::Folded if literal => vec![ScalarStyle::Literal],
        ScalarStyle::SingleQuoted if traits.single_quoted && !traits.has_break => vec![style],
        ScalarStyle::DoubleQuoted => Vec::new(),
        _ if plain => vec![ScalarStyle::Plain],
        // Text that only its signs keep from being plain gets single quotes, as go-yaml has it.
        _ if traits.single_quoted && !traits.has_break && is_text_when_plain(text) => {
            vec![ScalarStyle::SingleQuoted]
        }
        _ => Vec::new(),
    };
    styles.push(ScalarStyle::DoubleQuoted);
    styles.into_iter().map(|style| Written { style, text: text.clone() }).collect()
}

/// The text of a value that is no string.
fn plain_text(value: &Scalar) -> String {
    match value {
        Scalar::Null => "null".to_owned(),
        Scalar::Bool(bool) => bool.to_string(),
        Scalar::Int(int) => int.to_string(),
        Scalar::Uint(int) => int.to_string(),
        Scalar::Float(float) => match Number::from_f64(*float) {
            Some(number) => number_text(&number),
            None => go_number::general_single(*float),
        },
        Scalar::String(text) => text.clone(),
    }
}

/// A value on one line.
fn one_line(written: &Written) -> String {
    match written.style {
        ScalarStyle::Plain => written.text.clone(),
        ScalarStyle::SingleQuoted => single_quoted(&written.text),
        _ => double_quoted(&written.text),
    }
}

/// Takes out a tag and the blanks behind it.
fn drop_tag(text: &str, node: &Node) -> Vec<Edit> {
    let span = node.properties.as_deref().and_then(|properties| properties.tag_span);
    let delete = |range: std::ops::Range<usize>| {
        let blanks = text[range.end..].bytes().take_while(|&byte| byte == b' ').count();
        Edit::delete(range.start..range.end + blanks)
    };
    span.map(|span| delete(span.bytes())).into_iter().collect()
}

/// Writes a value where none is written.
fn fill_in(text: &str, path: &Path, located: &Located<'_>, value: &str) -> Result<Edit, PatchError> {
    let node = located.node;
    let at = node.span().start.index();
    let in_mapping =
        located.parent().is_some_and(|parent| matches!(parent.written().content, Content::Mapping { .. }));
    let colon = in_mapping && node.indicator == Node::NO_INDICATOR;
    if colon && located.layout() == Layout::Block {
        return Err(refused(path, "the key has no `:`"));
    }
    let before = if colon {
        ": "
    } else if text[..at].ends_with([' ', '\t']) {
        ""
    } else {
        " "
    };
    Ok(Edit::replace(trailing_blanks(text, at), format!("{before}{value}")))
}

/// Writes a value in place of a block scalar. The comment on its first line stays.
fn replace_block(text: &str, located: &Located<'_>, written: &Written) -> Vec<Edit> {
    let header = block_header(text, located.node);
    let header_line_end = line_end(text, header.end);
    let body = header_line_end..located.node.span().end.index().max(header_line_end);
    if written.style != ScalarStyle::Literal {
        return vec![Edit::replace(header, one_line(written)), Edit::delete(body)];
    }
    let sign = if written.text.ends_with('\n') { "|" } else { "|-" };
    let eol = line_break(text);
    let indent = " ".repeat(body_indentation(&text[body.clone()], located));
    let lines = written.text.strip_suffix('\n').unwrap_or(&written.text).split('\n');
    let mut lines: String = lines
        .map(|line| if line.is_empty() { eol.to_owned() } else { format!("{eol}{indent}{line}") })
        .collect();
    if sign == "|" && body.end == text.len() {
        lines.push_str(eol);
    }
    vec![Edit::replace(header, sign), Edit::replace(body, lines)]
}

/// The indentation of the first line of a block scalar that holds something; two more than its parent if none does.
fn body_indentation(body: &str, located: &Located<'_>) -> usize {
    let first = body.lines().find(|line| !line.trim().is_empty());
    match first.map(|line| line.len() - line.trim_start_matches(' ').len()).filter(|&indent| indent > 0) {
        Some(indent) => indent,
        None => {
            let parent = located.parent().map_or(0, |parent| parent.span().start.indentation());
            usize::try_from(parent).unwrap_or(0) + 2
        }
    }
}

fn refused(path: &Path, reason: &str) -> PatchError {
    PatchError::Refused { path: path.clone(), reason: reason.to_owned() }
}
