//! From a path to the place in the text where its value is written.

use super::{PatchError, WhichDuplicate};
use crate::node::{Content, Entry, Kind, Layout, Mapping, Node};
use crate::path::{Path, index};

/// A node, and the collections it stands in.
#[derive(Debug)]
pub(super) struct Located<'a> {
    pub(super) node: &'a Node,
    /// From the top down to the parent of the node.
    pub(super) parents: Vec<&'a Node>,
    /// Position of the way in each of the parents.
    pub(super) steps: Vec<usize>,
}

impl<'a> Located<'a> {
    pub(super) fn parent(&self) -> Option<&'a Node> {
        self.parents.last().copied()
    }

    /// How a value must be written where the node stands: in brackets everything is.
    pub(super) fn layout(&self) -> Layout {
        if self.parents.iter().any(|parent| is_flow(parent)) { Layout::Flow } else { Layout::Block }
    }
}

/// Whether a node is a collection in brackets or braces.
pub(super) fn is_flow(node: &Node) -> bool {
    match &node.written().content {
        Content::Sequence { layout, .. } | Content::Mapping { layout, .. } => *layout == Layout::Flow,
        _ => false,
    }
}

/// What a node is, in words.
pub(super) fn kind_name(node: &Node) -> &'static str {
    match node.kind() {
        _ if node.alias().is_some() => "an alias",
        Kind::Scalar(_) => "a scalar",
        Kind::Sequence(_) => "a list",
        Kind::Mapping(_) => "a mapping",
    }
}

pub(super) fn locate<'a>(
    root: &'a Node,
    path: &Path,
    which: WhichDuplicate,
) -> Result<Located<'a>, PatchError> {
    let mut located = Located { node: root, parents: Vec::new(), steps: Vec::new() };
    for (depth, segment) in path.segments().iter().enumerate() {
        let node = located.node;
        let (step, child) = match &node.written().content {
            Content::Mapping { mapping, .. } => {
                let found = find_entry(mapping, segment, which);
                if found.is_none() && mapping.get(segment).is_some() {
                    return Err(PatchError::Shared {
                        path: path.clone(),
                        by: "<<".to_owned(),
                        span: node.span(),
                    });
                }
                found.map(|(at, entry)| (at, &entry.value))
            }
            Content::Sequence { items, .. } => {
                index(segment).and_then(|at| items.get(at).map(|item| (at, item)))
            }
            Content::Alias { name, .. } => {
                return Err(PatchError::Shared {
                    path: path.clone(),
                    by: format!("*{name}"),
                    span: node.span(),
                });
            }
            Content::Scalar { .. } | Content::Anchored(_) => None,
        }
        .ok_or_else(|| PatchError::NotFound {
            path: path.clone(),
            nearest: Path::of(&path.segments()[..depth]),
            span: Some(node.span()),
        })?;
        located.parents.push(node);
        located.steps.push(step);
        located.node = child;
    }
    Ok(located)
}

/// The entry whose key is written so, whatever it means; else the one whose JSON key this is.
fn find_entry<'a>(mapping: &'a Mapping, segment: &str, which: WhichDuplicate) -> Option<(usize, &'a Entry)> {
    let find = |fits: &dyn Fn(&Entry) -> bool| {
        let mut entries = mapping.entries().iter().enumerate().filter(|(_, entry)| fits(entry));
        match which {
            WhichDuplicate::First => entries.next(),
            WhichDuplicate::Last => entries.next_back(),
        }
    };
    let written = |entry: &Entry| matches!(entry.key.kind(), Kind::Scalar(key) if key.text == segment);
    find(&written).or_else(|| find(&|entry| entry.name().as_deref() == Some(segment)))
}
