//! Lists. The static type that a list has in Go is kept, because equality, sorting and JSON depend on it.

use super::{Contents, Value};

/// What the list is in Go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ListType {
    /// `[]any`: literals, JSON, most functions.
    Any,
    /// `[]int`: ranges.
    Ints,
    /// `[]string`: what `split` makes.
    Strings,
    /// `[]byte`: literals such as `b"..."`.
    Bytes,
    /// `[2]any`: one pair of `toPairs`.
    Pair,
    /// `[][2]any`: all pairs of `toPairs`.
    Pairs,
}

/// A list of values.
#[derive(Clone)]
pub(crate) struct List {
    list_type: ListType,
    nil: bool,
    contents: Contents,
    items: Vec<Value>,
}

impl List {
    pub(crate) fn new(list_type: ListType, items: Vec<Value>) -> Self {
        Self { list_type, nil: false, contents: Contents::of(&items), items }
    }

    /// A list that was never made: empty, equal to nil, `null` in JSON.
    pub(crate) fn nil(list_type: ListType) -> Self {
        Self { list_type, nil: true, contents: Contents::EMPTY, items: Vec::new() }
    }

    pub(crate) fn list_type(&self) -> ListType {
        self.list_type
    }

    pub(crate) fn is_nil(&self) -> bool {
        self.nil
    }

    pub(crate) fn contents(&self) -> &Contents {
        &self.contents
    }

    pub(crate) fn items(&self) -> &[Value] {
        &self.items
    }

    /// The bytes of a `[]byte`.
    pub(crate) fn bytes(&self) -> Option<Vec<u8>> {
        let byte = |value: &Value| match value.kind {
            super::Kind::Uint(super::Uint::Byte(byte)) => Some(byte),
            _ => None,
        };
        (self.list_type == ListType::Bytes).then(|| self.items.iter().filter_map(byte).collect())
    }
}
