//! Maps whose keys are any simple values: Go's `map[any]any` and `map[any][]any`. They have no JSON form, as
//! in Go.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Contents, Kind, ListType, Uint, Value};
use crate::budget::Meter;
use crate::error::Outcome;
use crate::go::time::{Calendar, Time};

/// What the table is in Go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TableType {
    /// `map[any]any`, of `fromPairs`.
    Any,
    /// `map[any][]any`, of `groupBy`.
    Groups,
}

/// A key. Keys of different types are different, even `1` and `1.0`.
#[derive(Clone, Debug)]
pub(crate) enum TableKey {
    Nil,
    Bool(bool),
    Int(i64),
    Uint(Uint),
    Float(f64),
    Str(Arc<str>),
    Duration(i64),
    Calendar(Calendar),
    /// The same instant in another zone is another key.
    Time(Arc<Time>),
    /// One pair of `toPairs`, which is an array in Go; a list is no key.
    Pair(Arc<[Self; 2]>),
}

impl TableKey {
    /// The value as a key; None for lists, maps and objects, which Go cannot hash or hashes by address. Nesting
    /// is bounded by the depth of values.
    pub(crate) fn of(value: &Value) -> Option<Self> {
        Some(match &value.kind {
            Kind::Nil => Self::Nil,
            Kind::Bool(value) => Self::Bool(*value),
            Kind::Int(value) => Self::Int(*value),
            Kind::Uint(value) => Self::Uint(*value),
            Kind::Float(value) => Self::Float(*value),
            Kind::Str(text) => Self::Str(Arc::clone(text)),
            Kind::Duration(nanoseconds) => Self::Duration(*nanoseconds),
            Kind::Calendar(calendar) => Self::Calendar(*calendar),
            Kind::Time(time) => Self::Time(Arc::clone(time)),
            Kind::List(list) if list.list_type() == ListType::Pair => match list.items() {
                [first, second] => Self::Pair(Arc::new([Self::of(first)?, Self::of(second)?])),
                _ => return None,
            },
            _ => return None,
        })
    }

    pub(crate) fn to_value(&self) -> Value {
        Value::new(match self {
            Self::Nil => Kind::Nil,
            Self::Bool(value) => Kind::Bool(*value),
            Self::Int(value) => Kind::Int(*value),
            Self::Uint(value) => Kind::Uint(*value),
            Self::Float(value) => Kind::Float(*value),
            Self::Str(text) => Kind::Str(Arc::clone(text)),
            Self::Duration(nanoseconds) => Kind::Duration(*nanoseconds),
            Self::Calendar(calendar) => Kind::Calendar(*calendar),
            Self::Time(time) => Kind::Time(Arc::clone(time)),
            Self::Pair(pair) => {
                return Value::list_of(ListType::Pair, pair.iter().map(Self::to_value).collect());
            }
        })
    }

    /// Steps for comparing it once.
    pub(crate) fn scan(&self, meter: &mut Meter) -> Outcome<()> {
        match self {
            Self::Str(text) => meter.scan(text.len()),
            Self::Pair(pair) => pair.iter().try_for_each(|key| key.scan(meter)),
            _ => meter.steps(1),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Nil => 0,
            Self::Bool(_) => 1,
            Self::Int(_) => 2,
            Self::Uint(Uint::Byte(_)) => 3,
            Self::Uint(Uint::Wide(_)) => 4,
            Self::Float(_) => 5,
            Self::Str(_) => 6,
            Self::Duration(_) => 7,
            Self::Calendar(_) => 8,
            Self::Time(_) => 9,
            Self::Pair(_) => 10,
        }
    }
}

impl Ord for TableKey {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (Self::Int(a), Self::Int(b)) | (Self::Duration(a), Self::Duration(b)) => a.cmp(b),
            // Zero and minus zero are the same key.
            (Self::Float(a), Self::Float(b)) => (a + 0.0).total_cmp(&(b + 0.0)),
            (Self::Str(a), Self::Str(b)) => a.cmp(b),
            (Self::Calendar(a), Self::Calendar(b)) => a.cmp(b),
            (Self::Time(a), Self::Time(b)) => {
                a.at().cmp(&b.at()).then_with(|| a.zone().name().cmp(b.zone().name()))
            }
            (Self::Uint(a), Self::Uint(b)) => {
                self.rank().cmp(&other.rank()).then_with(|| a.get().cmp(&b.get()))
            }
            (Self::Pair(a), Self::Pair(b)) => a.cmp(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl PartialOrd for TableKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for TableKey {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for TableKey {}

/// A map from keys to values, in the order of the keys.
#[derive(Clone)]
pub(crate) struct Table {
    table_type: TableType,
    entries: BTreeMap<TableKey, Value>,
    contents: Contents,
}

impl Table {
    pub(crate) fn new(table_type: TableType, entries: impl IntoIterator<Item = (TableKey, Value)>) -> Self {
        let entries: BTreeMap<_, _> = entries.into_iter().collect();
        let mut contents = Contents::of(entries.values());
        for key in entries.keys() {
            contents.add(&key.to_value());
        }
        Self { table_type, contents, entries }
    }

    pub(crate) fn table_type(&self) -> TableType {
        self.table_type
    }

    pub(crate) fn get(&self, key: &TableKey) -> Option<&Value> {
        self.entries.get(key)
    }

    /// The value of `key` as an expression reads it.
    pub(crate) fn fetch(&self, key: &TableKey) -> Value {
        self.get(key).cloned().unwrap_or_else(|| match self.table_type {
            TableType::Any => Value::NIL,
            TableType::Groups => Value::nil_list(ListType::Any),
        })
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&TableKey, &Value)> {
        self.entries.iter()
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn contents(&self) -> &Contents {
        &self.contents
    }
}
