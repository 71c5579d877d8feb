//! What a joined text is read as. The order is Kargo's: quotes, number, boolean, JSON, text.

use crate::budget::Meter;
use crate::error::Outcome;
use crate::evaluated::Evaluated;
use crate::expression::parse_bool;
use crate::go::float;
use crate::json::decode::decode_marked;
use crate::rendered::{Rendered, Segment};
use crate::value::Value;

/// The value of a text.
pub(super) fn coerce(text: Rendered, meter: &mut Meter) -> Outcome<Evaluated> {
    meter.text(text.text.len())?;
    // One newline at the end, which YAML's block style leaves there, is no part of what is read.
    let length = text.text.strip_suffix('\n').map_or(text.text.len(), str::len);
    let body = &text.text[..length];
    if length > 1 && body.starts_with('"') && body.ends_with('"') {
        let mut unquoted = text.slice(1..length - 1);
        unquoted.append(text.slice(length..text.text.len()));
        return Ok(string(unquoted));
    }
    if let Some(number) = float::parse(body) {
        return Ok(scalar(&text, Value::from(number)));
    }
    if let Some(value) = parse_bool(body) {
        return Ok(scalar(&text, Value::from(value)));
    }
    if may_be_json(body) {
        let decoded = if length == text.text.len() {
            decode_marked(&text, meter)
        } else {
            decode_marked(&text.slice(0..length), meter)
        };
        if let Some(found) = decoded.map_or_else(|no_value| no_value.not_json(), |found| Ok(Some(found)))? {
            return Ok(found);
        }
    }
    Ok(string(text))
}

/// Whether the text starts like JSON that is no number alone; those were read before, but for white space.
fn may_be_json(text: &str) -> bool {
    let start = text.trim_start_matches([' ', '\t', '\r', '\n']);
    start.starts_with(|c: char| matches!(c, '{' | '[' | '"' | '-' | '0'..='9' | 't' | 'f' | 'n'))
}

fn string(text: Rendered) -> Evaluated {
    let taint = text.taint();
    let value = Value::from(text.text.as_str()).with_taint(&taint);
    if taint.is_empty() { Evaluated::open(value) } else { Evaluated::scalar(value, text.segments()) }
}

/// A number or boolean that the whole text is.
fn scalar(text: &Rendered, value: Value) -> Evaluated {
    let taint = text.taint();
    if taint.is_empty() {
        return Evaluated::open(value);
    }
    let shown = value.to_json().map_or_else(|_| value.print(), |json| json.to_string());
    let segments = vec![Segment { text: shown, taint: taint.clone() }];
    Evaluated::scalar(value.with_taint(&taint), segments)
}
