//! Setting values in TOML texts: only the bytes of the values change.

mod error;
mod index;
mod write;

use std::ops::Range;

use serde_json::Value;

use crate::key::split_key;
pub use error::TomlError;
use index::Found;

/// A text that has been edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TomlEdit {
    /// The text.
    pub text: String,
    /// Each of the values, in the order in which they were given, as it is written there.
    pub written: Vec<String>,
}

/// The text with other values in the places that keys name; of several values for one place the last counts.
///
/// A key has a name or an index for each level, see [`split_key`]. Tables are named as their headers name them: the tables of
/// `[[a.b]]` are counted from 0 over the whole text, whatever stands around them, and `[a.c]` is `a.c` even below an `[[a]]`.
///
/// A whole number that takes the place of an integer is written as an integer, and elsewhere as a float.
///
/// # Errors
/// The text is not TOML, there is no text, number, bool or date at one of the keys, or one of the values is neither a text, a
/// number nor a bool.
pub fn set_toml(text: &str, updates: &[(&str, &Value)]) -> Result<TomlEdit, TomlError> {
    let keys: Vec<_> = updates.iter().map(|(key, _)| split_key(key)).collect();
    let wanted: Vec<Vec<String>> = keys.iter().map(|key| key.clone().unwrap_or_default()).collect();
    let found = index::find(text, &wanted)?;
    let mut written = Vec::new();
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    for (((key, value), parts), found) in updates.iter().zip(keys).zip(found) {
        parts.map_err(|source| TomlError::Key { key: (*key).to_owned(), source })?;
        let (place, is_integer) = match found {
            Found::Scalar { place, is_integer } => (place, is_integer),
            Found::Other(kind) => return Err(TomlError::NotScalar { key: (*key).to_owned(), kind }),
            Found::Nothing => return Err(TomlError::NotFound { key: (*key).to_owned() }),
        };
        let new =
            write::scalar(value, is_integer).ok_or_else(|| TomlError::Value { key: (*key).to_owned() })?;
        written.push(new.clone());
        edits.retain(|(other, _)| *other != place);
        edits.push((place, new));
    }
    Ok(TomlEdit { text: apply(text, edits), written })
}

fn apply(text: &str, mut edits: Vec<(Range<usize>, String)>) -> String {
    edits.sort_by_key(|(place, _)| place.start);
    let mut result = String::with_capacity(text.len());
    let mut done = 0;
    for (place, new) in edits {
        result.push_str(&text[done..place.start]);
        result.push_str(&new);
        done = place.end;
    }
    result.push_str(&text[done..]);
    result
}
