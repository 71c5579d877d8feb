//! From a key to the place of its value in a document.

use windlass_edit::split_key;
use windlass_yaml::{Kind, Mapping, Node, Path};

use crate::edit::Wrong;

/// The path of the scalar that a key names. Nothing is looked for behind aliases and merge keys: their values stand elsewhere.
pub(crate) fn find(root: Option<&Node>, key: &str) -> Result<Path, Wrong> {
    let parts = split_key(key).map_err(|error| Wrong::retryable(error.to_string()))?;
    let not_found = |path: &Path| {
        let behind =
            if path.segments().is_empty() { "at the top".to_owned() } else { format!("behind `{path}`") };
        Wrong::retryable(format!(
            "key path not found: the way breaks off {behind}; only values that are there are changed"
        ))
    };
    let mut path = Path::root();
    let mut node = root.ok_or_else(|| not_found(&path))?;
    for part in &parts {
        let (segment, child) = match node.kind() {
            _ if node.alias().is_some() => None,
            Kind::Mapping(mapping) => entry(mapping, part).map(|value| (part.clone(), value)),
            Kind::Sequence(items) => {
                let at = index(part, items.len())?;
                items.get(at).map(|item| (at.to_string(), item))
            }
            Kind::Scalar(_) => None,
        }
        .ok_or_else(|| not_found(&path))?;
        path = path.join(segment);
        node = child;
    }
    match node.kind() {
        Kind::Scalar(_) if node.alias().is_none() => Ok(path),
        _ => Err(Wrong::retryable(format!(
            "key path does not address a scalar node ({}); name a value inside of it",
            node.span().start
        ))),
    }
}

/// The value of the first entry whose key is written so.
fn entry<'a>(mapping: &'a Mapping, name: &str) -> Option<&'a Node> {
    let is_named = |key: &Node| matches!(key.kind(), Kind::Scalar(scalar) if scalar.text == name);
    mapping.entries().iter().find(|entry| is_named(&entry.key)).map(|entry| &entry.value)
}

/// A part as an index of a list.
fn index(part: &str, length: usize) -> Result<usize, Wrong> {
    let wrong = match part.parse::<i64>() {
        Ok(number) => match usize::try_from(number) {
            Ok(at) if at < length => return Ok(at),
            // No other attempt would find more items.
            _ => Wrong::terminal(format!("index {number} is out of range: the list has {length} items")),
        },
        Err(_) => Wrong::retryable(format!(
            "{part:?} has invalid syntax for an index: an item of a list is named by its index, from 0"
        )),
    };
    Err(wrong)
}
