//! Maps with string keys: variables, configs, outputs, and what `configMap` and `secret` give.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Contents, ListType, Value};

/// A map from strings to values. Iteration is in byte order of the keys, which is the order of Go's JSON.
#[derive(Clone)]
pub struct Map {
    entries: BTreeMap<Arc<str>, Value>,
    contents: Contents,
    holds: Holds,
    nil: bool,
}

/// What the values of a map are in Go, which decides how a missing one reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    /// `map[string]any`
    Any,
    /// `map[string]string`
    Strings,
    /// `map[string][]string`
    Lists,
}

impl Default for Map {
    fn default() -> Self {
        Self::new()
    }
}

impl Map {
    /// An empty map of any values: what is missing reads as nil.
    #[must_use]
    pub fn new() -> Self {
        Self { entries: BTreeMap::new(), contents: Contents::EMPTY, holds: Holds::Any, nil: false }
    }

    /// An empty map of strings (Go's `map[string]string`): what is missing reads as the empty string.
    #[must_use]
    pub fn of_strings() -> Self {
        Self { holds: Holds::Strings, ..Self::new() }
    }

    /// An empty map of lists of strings (Go's `map[string][]string`), as headers are: what is missing reads as
    /// an empty list, and is nil for `??`.
    #[must_use]
    pub fn of_lists() -> Self {
        Self { holds: Holds::Lists, ..Self::new() }
    }

    /// A map of strings that was never made: it reads as empty, but is `null` in JSON and nil for `??`.
    #[must_use]
    pub fn nil_of_strings() -> Self {
        Self { holds: Holds::Strings, nil: true, ..Self::new() }
    }

    /// Sets `key`, which replaces what it held.
    pub fn insert(&mut self, key: impl Into<Arc<str>>, value: impl Into<Value>) {
        let value = value.into();
        let key = key.into();
        self.contents.add(&value);
        self.contents.size = self.contents.size.saturating_add(key.len());
        self.nil = false;
        self.entries.insert(key, value);
    }

    /// The value of `key`, if there is one.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.entries.get(key)
    }

    /// The value of `key` as an expression reads it.
    pub(crate) fn fetch(&self, key: &str) -> Value {
        self.get(key).cloned().unwrap_or_else(|| match self.holds {
            Holds::Any => Value::NIL,
            Holds::Strings => Value::from(""),
            Holds::Lists => Value::nil_list(ListType::Strings),
        })
    }

    /// The entries in byte order of the keys.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Value)> {
        self.entries.iter()
    }

    /// The keys in byte order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(AsRef::as_ref)
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(crate) fn is_nil(&self) -> bool {
        self.nil
    }

    pub(crate) fn holds(&self) -> Holds {
        self.holds
    }

    pub(crate) fn contents(&self) -> &Contents {
        &self.contents
    }
}

impl<K: Into<Arc<str>>, V: Into<Value>> FromIterator<(K, V)> for Map {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::new();
        for (key, value) in entries {
            map.insert(key, value);
        }
        map
    }
}
