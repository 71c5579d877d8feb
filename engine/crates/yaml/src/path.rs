//! JSON pointers, and what they point at in a tree.

use std::fmt;
use std::str::FromStr;

use crate::node::{Kind, Node};

/// The way from the top of a document to a value: keys and indices.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Path {
    segments: Vec<String>,
}

/// Text that is no JSON pointer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// A pointer is empty or starts with `/`.
    #[error("the JSON pointer `{0}` does not start with `/`")]
    NoSlash(String),
    /// `~` stands for itself only as `~0`.
    #[error("the JSON pointer `{0}` has a `~` that is neither `~0` (for `~`) nor `~1` (for `/`)")]
    BadEscape(String),
}

/// A node that a path led to.
#[derive(Debug, Clone, Copy)]
pub struct Found<'a> {
    /// The node.
    pub node: &'a Node,
    /// Its key, if it is the value of a mapping.
    pub key: Option<&'a Node>,
    /// How many segments of the path were followed.
    pub depth: usize,
}

impl Path {
    /// The top of a document.
    #[must_use]
    pub fn root() -> Self {
        Self::default()
    }

    /// A path of these keys and indices, which stand as they are, without escapes.
    #[must_use]
    pub fn of<S: Into<String>>(segments: impl IntoIterator<Item = S>) -> Self {
        Self { segments: segments.into_iter().map(Into::into).collect() }
    }

    /// This path and one more key or index.
    #[must_use]
    pub fn join(&self, segment: impl Into<String>) -> Self {
        let mut segments = self.segments.clone();
        segments.push(segment.into());
        Self { segments }
    }

    /// The path without its last segment, and that segment; none at the top.
    #[must_use]
    pub fn split_last(&self) -> Option<(Self, &str)> {
        let (last, rest) = self.segments.split_last()?;
        Some((Self { segments: rest.to_vec() }, last))
    }

    /// The keys and indices, without escapes.
    #[must_use]
    pub fn segments(&self) -> &[String] {
        &self.segments
    }
}

impl FromStr for Path {
    type Err = PathError;

    /// Reads a JSON pointer (RFC 6901): empty, or `/` before each segment, with `~1` for `/` and `~0` for `~`.
    fn from_str(pointer: &str) -> Result<Self, PathError> {
        if pointer.is_empty() {
            return Ok(Self::root());
        }
        let Some(rest) = pointer.strip_prefix('/') else {
            return Err(PathError::NoSlash(pointer.to_owned()));
        };
        let bad_escape = rest.split('~').skip(1).any(|part| !part.starts_with(['0', '1']));
        if bad_escape {
            return Err(PathError::BadEscape(pointer.to_owned()));
        }
        Ok(Self::of(rest.split('/').map(|segment| segment.replace("~1", "/").replace("~0", "~"))))
    }
}

impl fmt::Display for Path {
    /// Writes the JSON pointer.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for segment in &self.segments {
            write!(f, "/{}", segment.replace('~', "~0").replace('/', "~1"))?;
        }
        Ok(())
    }
}

impl Node {
    /// The node at the end of a path, merge keys and aliases followed; none if there is no such node.
    /// A segment is the JSON key in a mapping (of equal keys the last counts) and a plain decimal index in a sequence.
    #[must_use]
    pub fn at(&self, path: &Path) -> Option<Found<'_>> {
        Some(self.nearest(path)).filter(|found| found.depth == path.segments.len())
    }

    /// The node at the end of a path, or where the path breaks off, the last one on it.
    #[must_use]
    pub fn nearest(&self, path: &Path) -> Found<'_> {
        let mut found = Found { node: self, key: None, depth: 0 };
        for segment in &path.segments {
            let next = match found.node.kind() {
                Kind::Mapping(mapping) => mapping.get(segment).map(|(key, value)| (Some(key), value)),
                Kind::Sequence(items) => index(segment).and_then(|at| items.get(at)).map(|item| (None, item)),
                Kind::Scalar(_) => None,
            };
            let Some((key, node)) = next else { break };
            found = Found { node, key, depth: found.depth + 1 };
        }
        found
    }
}

/// A segment as an index: decimal digits without a leading zero.
pub(crate) fn index(segment: &str) -> Option<usize> {
    let plain =
        segment == "0" || (!segment.starts_with('0') && segment.bytes().all(|byte| byte.is_ascii_digit()));
    if plain { segment.parse().ok() } else { None }
}
