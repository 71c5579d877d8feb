//! Setting values in JSON texts, by the rules of the keys of `tidwall/sjson` 1.2: only the bytes of the value change where
//! there is one, and what is missing is made.
//!
//! Like there the text need not be good JSON. Whatever stands around the value stays, and is not looked at closely.

mod build;
mod error;
mod key;
mod query;
mod scan;
mod write;

use std::ops::Range;

use serde_json::Value;

pub use error::JsonError;
use key::Part;

/// What some editors put at the start of a text.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The text with another value under a key.
///
/// A key has a name or an index for each level, with dots between them; `\` takes the meaning of the character behind it, a
/// colon before digits makes a name of them, and `-1` stands for the place behind the last item of a list. `*` and `?` in a
/// name stand for any letters and any one, `#` for all items of a list, `#(name=="x")` for the first that is like this, and
/// `#(…)#` for all of them. What such a key finds is changed, and nothing is made for it.
///
/// # Errors
/// The value is no text, number or bool; the key names an item of what is no list; or too much would have to be made.
pub fn set_json(text: &[u8], key: &str, value: &Value) -> Result<Vec<u8>, JsonError> {
    let value = write::scalar(value).ok_or(JsonError::NotScalar)?;
    let (mark, text) = match text.strip_prefix(BYTE_ORDER_MARK) {
        Some(rest) => (BYTE_ORDER_MARK, rest),
        None => (&[][..], text),
    };
    let changed = match key::parts(key)? {
        Some(parts) => {
            check_top(text, &parts[0])?;
            set(text, &parts, value.as_bytes())?
        }
        None => set_all(text, query::find(text, key), value.as_bytes()),
    };
    Ok([mark, &changed].concat())
}

/// Refuses to put something new into a text that is no JSON at all: nothing of it would be left.
fn check_top(text: &[u8], first: &Part) -> Result<(), JsonError> {
    let start = scan::skip_blanks(text, 0);
    let is_json = match text.get(start) {
        None | Some(b'{' | b'[') => true,
        Some(_) => find(text, first).is_some() || serde_json::from_slice::<Value>(text).is_ok(),
    };
    if is_json { Ok(()) } else { Err(JsonError::NotJson) }
}

/// The text with a value at the end of a way through objects and lists.
fn set(text: &[u8], way: &[Part], value: &[u8]) -> Result<Vec<u8>, JsonError> {
    let Some((part, rest)) = way.split_first() else { return Ok(value.to_vec()) };
    match find(text, part) {
        Some(found) => {
            let inner = set(&text[found.clone()], rest, value)?;
            Ok([&text[..found.start], &inner, &text[found.end..]].concat())
        }
        None => build::add(text, way, value),
    }
}

/// The place of a member of an object, or of an item of a list.
fn find(text: &[u8], part: &Part) -> Option<Range<usize>> {
    let start = scan::container(text)?;
    if text[start] == b'{' {
        scan::Members::new(text, start + 1).find(|(name, _)| *name == part.name).map(|(_, value)| value)
    } else {
        scan::Items::new(text, start + 1).nth(part.index_to_read()?)
    }
}

fn set_all(text: &[u8], mut places: Vec<Range<usize>>, value: &[u8]) -> Vec<u8> {
    places.sort_by_key(|place| place.start);
    let mut changed = Vec::with_capacity(text.len());
    let mut done = 0;
    for place in places.into_iter().filter(|place| !place.is_empty()) {
        // A place inside of another is gone with it.
        if place.start >= done {
            changed.extend_from_slice(&text[done..place.start]);
            changed.extend_from_slice(value);
            done = place.end;
        }
    }
    changed.extend_from_slice(&text[done..]);
    changed
}
