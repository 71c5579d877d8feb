//! Values of the language. Each carries its taint; collections also carry the taints of what is in them, so
//! that a secret deep inside a map is still known when the map is rendered. Cheap to clone, immutable, `Send
//! + Sync`.

mod clock;
mod equal;
mod function;
mod json;
mod list;
mod map;
mod object;
mod print;
mod table;
mod uint;

use std::fmt;
use std::sync::Arc;

pub use json::NotJson;
pub use map::Map;
pub use object::{JsonName, Methods, Object};

pub(crate) use function::Function;
pub(crate) use json::{JsonForm, shown_fields};
pub(crate) use list::{List, ListType};
pub(crate) use object::Field;
pub(crate) use table::{Table, TableKey, TableType};
pub(crate) use uint::Uint;

use crate::error::FunctionError;
use crate::go::time::{Calendar, Time, Zone};
use crate::taint::Taint;

/// A value: nil, a boolean, a number, a string, a collection, a point or length of time, an object, or a
/// function.
///
/// Numbers are `i64` where they were written so in an expression and `f64` where they come from JSON, as in
/// Kargo.
#[derive(Clone, Default)]
pub struct Value {
    pub(crate) kind: Kind,
    pub(crate) taint: Taint,
}

/// What a value is.
#[derive(Clone, Default)]
pub(crate) enum Kind {
    #[default]
    Nil,
    Bool(bool),
    Int(i64),
    Uint(Uint),
    Float(f64),
    Str(Arc<str>),
    List(Arc<List>),
    Map(Arc<Map>),
    /// A map whose keys are any values, as `groupBy` and `fromPairs` make them.
    Table(Arc<Table>),
    Time(Arc<Time>),
    /// Nanoseconds.
    Duration(i64),
    /// A month or a weekday.
    Calendar(Calendar),
    Zone(Zone),
    Object(Arc<Object>),
    Function(Arc<Function>),
}

/// What a collection knows about all it holds, kept while it is built, so that nobody has to walk it to find
/// out. The same part may be in a value many times over: a small value can be a huge one when it is walked.
#[derive(Clone, Debug)]
pub(crate) struct Contents {
    /// The union of the taints of all that is inside, at any depth.
    pub(crate) taint: Taint,
    /// How many collections are inside each other here, this one included.
    pub(crate) depth: u16,
    /// About how many bytes it takes when it is written out.
    pub(crate) size: usize,
}

impl Contents {
    /// About how many bytes a value takes that is no text.
    const SCALAR_SIZE: usize = 16;
    pub(crate) const EMPTY: Self = Self { taint: Taint::NONE, depth: 1, size: Self::SCALAR_SIZE };

    pub(crate) fn add(&mut self, value: &Value) {
        self.taint.join(&value.taint);
        let size = match (&value.kind, value.contents()) {
            (_, Some(inner)) => {
                self.taint.join(&inner.taint);
                self.depth = self.depth.max(inner.depth.saturating_add(1));
                inner.size
            }
            (Kind::Str(text), None) => Self::SCALAR_SIZE.saturating_add(text.len()),
            _ => Self::SCALAR_SIZE,
        };
        self.size = self.size.saturating_add(size);
    }

    pub(crate) fn of<'a>(values: impl IntoIterator<Item = &'a Value>) -> Self {
        let mut contents = Self::EMPTY;
        for value in values {
            contents.add(value);
        }
        contents
    }
}

impl Value {
    /// The value nil.
    pub const NIL: Self = Self { kind: Kind::Nil, taint: Taint::NONE };

    pub(crate) const fn new(kind: Kind) -> Self {
        Self { kind, taint: Taint::NONE }
    }

    /// A list of any values.
    #[must_use]
    pub fn list(items: Vec<Self>) -> Self {
        Self::new(Kind::List(Arc::new(List::new(ListType::Any, items))))
    }

    /// A list of strings, Go's `[]string`.
    #[must_use]
    pub fn strings(items: impl IntoIterator<Item = impl Into<Arc<str>>>) -> Self {
        let items = items.into_iter().map(|item| Self::from(item.into())).collect();
        Self::list_of(ListType::Strings, items)
    }

    pub(crate) fn list_of(list_type: ListType, items: Vec<Self>) -> Self {
        Self::new(Kind::List(Arc::new(List::new(list_type, items))))
    }

    /// A list that was never made: empty, equal to nil, `null` in JSON.
    pub(crate) fn nil_list(list_type: ListType) -> Self {
        Self::new(Kind::List(Arc::new(List::nil(list_type))))
    }

    pub(crate) fn table(table_type: TableType, entries: impl IntoIterator<Item = (TableKey, Self)>) -> Self {
        Self::new(Kind::Table(Arc::new(Table::new(table_type, entries))))
    }

    /// An unsigned integer, Go's `uint64`.
    #[must_use]
    pub fn unsigned(number: u64) -> Self {
        Self::new(Kind::Uint(Uint::Wide(number)))
    }

    pub(crate) fn byte(byte: u8) -> Self {
        Self::new(Kind::Uint(Uint::Byte(byte)))
    }

    /// A length of time in nanoseconds.
    #[must_use]
    pub fn duration(nanoseconds: i64) -> Self {
        Self::new(Kind::Duration(nanoseconds))
    }

    /// A point in time, shown in UTC.
    #[must_use]
    pub fn time(at: jiff::Timestamp) -> Self {
        Self::new(Kind::Time(Arc::new(Time::new(at, Zone::UTC))))
    }

    pub(crate) fn of_time(time: Time) -> Self {
        Self::new(Kind::Time(Arc::new(time)))
    }

    /// A function of the host that stands where values stand, such as a member of a map, and is called there:
    /// `response.header("x")`. What it gives is tainted with all that its arguments are tainted with.
    #[must_use]
    pub fn function(call: impl Fn(&[Self]) -> Result<Self, FunctionError> + Send + Sync + 'static) -> Self {
        Self::new(Kind::Function(Arc::new(Function::Host(Box::new(call)))))
    }

    /// The same value with the labels of `taint` added to it. For a collection, all that is read from it is
    /// tainted.
    #[must_use]
    pub fn with_taint(mut self, taint: &Taint) -> Self {
        self.taint.join(taint);
        self
    }

    /// The secrets that this value and all inside it were computed from.
    #[must_use]
    pub fn taint(&self) -> Taint {
        let mut taint = self.taint.clone();
        if let Some(contents) = self.contents() {
            taint.join(&contents.taint);
        }
        taint
    }

    /// What is known of all inside a collection; None for other values.
    pub(crate) fn contents(&self) -> Option<&Contents> {
        match &self.kind {
            Kind::List(list) => Some(list.contents()),
            Kind::Map(map) => Some(map.contents()),
            Kind::Table(table) => Some(table.contents()),
            Kind::Object(object) => Some(object.contents()),
            Kind::Function(function) => function.receiver().and_then(Self::contents),
            _ => None,
        }
    }

    /// Whether the value is nil.
    #[must_use]
    pub fn is_nil(&self) -> bool {
        matches!(self.kind, Kind::Nil)
    }

    /// Whether the value is nil, or a list or map that was never made; what `??` and `?.` look at.
    pub(crate) fn is_nil_like(&self) -> bool {
        match &self.kind {
            Kind::Nil => true,
            Kind::List(list) => list.is_nil(),
            Kind::Map(map) => map.is_nil(),
            _ => false,
        }
    }

    /// The boolean, if the value is one.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self.kind {
            Kind::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The number, if the value is one; integers are rounded to the nearest `f64`.
    #[must_use]
    pub fn as_f64(&self) -> Option<f64> {
        match self.kind {
            Kind::Int(value) => Some(value as f64),
            Kind::Uint(value) => Some(value.get() as f64),
            Kind::Float(value) => Some(value),
            _ => None,
        }
    }

    /// The integer that a number without a fraction counts as.
    pub(crate) fn as_int(&self) -> Option<i64> {
        match self.kind {
            Kind::Int(value) => Some(value),
            Kind::Uint(value) => Some(value.signed()),
            _ => None,
        }
    }

    /// The text, if the value is a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The elements, if the value is a list.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Self]> {
        match &self.kind {
            Kind::List(list) => Some(list.items()),
            _ => None,
        }
    }

    /// The entries, if the value is a map with string keys.
    #[must_use]
    pub fn as_map(&self) -> Option<&Map> {
        match &self.kind {
            Kind::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The object, if the value is one.
    #[must_use]
    pub fn as_object(&self) -> Option<&Object> {
        match &self.kind {
            Kind::Object(object) => Some(object),
            _ => None,
        }
    }

    /// What the value is, in a word or two, for messages.
    #[must_use]
    pub fn type_name(&self) -> &str {
        match &self.kind {
            Kind::Nil => "nil",
            Kind::Bool(_) => "bool",
            Kind::Int(_) | Kind::Uint(_) => "int",
            Kind::Float(_) => "float",
            Kind::Str(_) => "string",
            Kind::List(_) => "array",
            Kind::Map(_) | Kind::Table(_) => "map",
            Kind::Time(_) => "time",
            Kind::Duration(_) => "duration",
            Kind::Calendar(Calendar::Month(_)) => "month",
            Kind::Calendar(Calendar::Weekday(_)) => "weekday",
            Kind::Zone(_) => "timezone",
            Kind::Object(object) => object.type_name(),
            Kind::Function(_) => "function",
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What is secret must not come into a log by accident.
        let taint = self.taint();
        if taint.is_empty() {
            write!(f, "{}({})", self.type_name(), self.print())
        } else {
            write!(f, "{}(secret of {taint:?})", self.type_name())
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::new(Kind::Bool(value))
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::new(Kind::Int(value))
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::new(Kind::Float(value))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::new(Kind::Str(text.into()))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::new(Kind::Str(text.into()))
    }
}

impl From<Arc<str>> for Value {
    fn from(text: Arc<str>) -> Self {
        Self::new(Kind::Str(text))
    }
}

impl From<Map> for Value {
    fn from(map: Map) -> Self {
        Self::new(Kind::Map(Arc::new(map)))
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Self::new(Kind::Object(Arc::new(object)))
    }
}
