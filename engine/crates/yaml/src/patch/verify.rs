//! Whether a tree differs from another in one place only, and there as wanted.
//!
//! Trees are compared as they are written: aliases by their names, merge keys as keys, text with its style.

use std::collections::BTreeMap;

use serde_json::Value;

use super::PatchError;
use crate::json::same_in_json;
use crate::node::{Content, Kind, Node};
use crate::path::Path;
use crate::resolve::Scalar;

/// Whether two nodes are written alike.
pub(super) fn same(old: &Node, new: &Node) -> bool {
    same_properties(old, new) && same_content(old, new)
}

fn same_properties(old: &Node, new: &Node) -> bool {
    old.anchor() == new.anchor() && old.tag() == new.tag()
}

fn same_content(old: &Node, new: &Node) -> bool {
    match (&old.written().content, &new.written().content) {
        (Content::Alias { name: old, .. }, Content::Alias { name: new, .. }) => old == new,
        (Content::Scalar { text: old, style }, Content::Scalar { text: new, style: new_style }) => {
            old == new && style == new_style
        }
        _ => match (children(old), children(new)) {
            (Some(old), Some(new)) => same_parts(old, new),
            _ => false,
        },
    }
}

/// The children of a collection as written: items, or keys and values in turn; and whether it is a mapping.
type Children<'a> = (bool, Vec<&'a Node>);

fn children(node: &Node) -> Option<Children<'_>> {
    match &node.written().content {
        Content::Sequence { items, .. } => Some((false, items.iter().collect())),
        Content::Mapping { mapping, .. } => {
            Some((true, mapping.entries().iter().flat_map(|entry| [&entry.key, &entry.value]).collect()))
        }
        _ => None,
    }
}

fn same_parts(old: Children<'_>, new: Children<'_>) -> bool {
    old.0 == new.0 && old.1.len() == new.1.len() && old.1.iter().zip(&new.1).all(|(old, new)| same(old, new))
}

/// Whether two nodes are alike but for what is at the end of `steps`, which must pass `test`.
pub(super) fn same_but(old: &Node, new: &Node, steps: &[usize], test: &dyn Fn(&Node, &Node) -> bool) -> bool {
    let Some((&step, rest)) = steps.split_first() else {
        return old.anchor() == new.anchor() && test(old, new);
    };
    let (Some(old_children), Some(new_children)) = (children(old), children(new)) else { return false };
    let on_way = if old_children.0 { 2 * step + 1 } else { step };
    same_properties(old, new)
        && old_children.0 == new_children.0
        && old_children.1.len() == new_children.1.len()
        && old_children.1.iter().zip(&new_children.1).enumerate().all(|(at, (old, new))| {
            if at == on_way { same_but(old, new, rest, test) } else { same(old, new) }
        })
}

/// Whether a node is a scalar with this value.
pub(super) fn is_scalar(new: &Node, value: &Scalar) -> bool {
    match new.kind() {
        Kind::Scalar(scalar) => {
            new.alias().is_none() && scalar.value().is_ok_and(|read| same_in_json(&read, value))
        }
        _ => false,
    }
}

/// Whether a node is this value.
pub(super) fn holds(node: &Node, value: &Value) -> bool {
    node.to_json().is_ok_and(|read| same_json(&read, value))
}

/// Whether a collection got one more part at its end: an item, or an entry with `key`.
pub(super) fn has_one_more(old: &Node, new: &Node, key: Option<&str>, value: &Value) -> bool {
    let (Some((mapping, old_parts)), Some((new_mapping, mut parts))) = (children(old), children(new)) else {
        return false;
    };
    let value_fits = parts.pop().is_some_and(|last| holds(last, value));
    let key_fits = match key {
        Some(key) => parts.pop().is_some_and(|last| last.to_json() == Ok(Value::from(key))),
        None => !mapping,
    };
    let same_rest = same_parts((mapping, old_parts), (new_mapping, parts));
    value_fits && key_fits && same_rest && same_properties(old, new)
}

/// Whether a collection lost its part number `step`.
pub(super) fn lacks_one(old: &Node, new: &Node, step: usize) -> bool {
    let (Some((mapping, mut old_parts)), Some(new_parts)) = (children(old), children(new)) else {
        return false;
    };
    let width = if mapping { 2 } else { 1 };
    old_parts.drain(step * width..(step + 1) * width);
    same_parts((mapping, old_parts), new_parts) && same_properties(old, new)
}

/// Refuses to take out a node with an anchor whose name is used again elsewhere: aliases would silently mean another
/// value. (An alias that is left without any anchor is found when the result is read.)
pub(super) fn anchors_stay_clear(root: &Node, removed: &Node, path: &Path) -> Result<(), PatchError> {
    let (mut all, mut gone) = (BTreeMap::new(), BTreeMap::new());
    count_anchors(root, &mut all);
    count_anchors(removed, &mut gone);
    match gone.keys().find(|&name| all.get(name).is_some_and(|&count| count > 1)) {
        Some(name) => {
            let reason = format!("its anchor `{name}` stands more than once");
            Err(PatchError::Refused { path: path.clone(), reason })
        }
        None => Ok(()),
    }
}

fn count_anchors<'a>(node: &'a Node, counts: &mut BTreeMap<&'a str, usize>) {
    if let Some(name) = node.anchor() {
        *counts.entry(name).or_default() += 1;
    }
    for child in children(node).map(|(_, children)| children).unwrap_or_default() {
        count_anchors(child, counts);
    }
}

/// Whether two JSON values are the same, where `5` and `5.0` are.
fn same_json(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => {
            one == other || (one.as_f64() == other.as_f64() && (one.is_f64() || other.is_f64()))
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same_json(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            let found =
                |(key, value): (&String, &Value)| other.get(key).is_some_and(|other| same_json(value, other));
            one.len() == other.len() && one.iter().all(found)
        }
        _ => one == other,
    }
}
