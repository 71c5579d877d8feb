//! Static types: what is known of a value before anything is evaluated. Literals and functions have types,
//! variables have none, so only what can never work is refused. The rules are those of expr-lang's checker.

use std::fmt;

/// The static type of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    /// Anything: variables, what functions of the host give, members of these.
    Unknown,
    Nil,
    Bool,
    Int,
    Float,
    Str,
    /// An element of a byte string.
    Byte,
    /// A list of a Go type, and the type of its elements as far as it is known.
    List(Slice, Box<Self>),
    /// A map with string keys.
    Map,
    /// A map with any keys, whose values are lists if true.
    Table {
        groups: bool,
    },
    Time,
    Duration,
    Month,
    Weekday,
    Zone,
    /// A method that is not called, or the bare name of a function.
    Function,
}

/// The Go type of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slice {
    Any,
    Strings,
    Bytes,
}

impl Type {
    /// A list of any Go type with elements of this type.
    pub(crate) fn list_of(element: Self) -> Self {
        Self::List(Slice::Any, Box::new(element))
    }

    /// A list of which nothing more is known.
    pub(crate) fn any_list() -> Self {
        Self::list_of(Self::Unknown)
    }

    pub(crate) fn strings() -> Self {
        Self::List(Slice::Strings, Box::new(Self::Str))
    }

    pub(crate) fn bytes() -> Self {
        Self::List(Slice::Bytes, Box::new(Self::Byte))
    }

    pub(crate) fn is_unknown(&self) -> bool {
        *self == Self::Unknown
    }

    pub(crate) fn is_integer(&self) -> bool {
        matches!(self, Self::Int | Self::Byte)
    }

    pub(crate) fn is_number(&self) -> bool {
        self.is_integer() || *self == Self::Float
    }

    pub(crate) fn is_list(&self) -> bool {
        matches!(self, Self::List(..))
    }

    pub(crate) fn is_map(&self) -> bool {
        matches!(self, Self::Map | Self::Table { .. })
    }

    /// Whether nothing is known, or it is a boolean.
    pub(crate) fn may_be_bool(&self) -> bool {
        matches!(self, Self::Unknown | Self::Bool)
    }

    /// Whether nothing is known, or it is a list.
    pub(crate) fn may_be_list(&self) -> bool {
        self.is_unknown() || self.is_list()
    }

    /// Whether nothing is known, or it is an integer.
    pub(crate) fn may_be_integer(&self) -> bool {
        self.is_unknown() || self.is_integer()
    }

    /// The type of the elements of a list.
    pub(crate) fn element(&self) -> Self {
        match self {
            Self::List(_, element) => (**element).clone(),
            _ => Self::Unknown,
        }
    }

    /// The type of elements by the Go type alone, which forgets what a list of any values holds.
    pub(crate) fn declared_element(&self) -> Self {
        match self {
            Self::List(Slice::Strings, _) => Self::Str,
            Self::List(Slice::Bytes, _) => Self::Byte,
            _ => Self::Unknown,
        }
    }

    /// Whether the two have the same Go kind, which decides whether a list literal has elements of one type.
    pub(crate) fn same_kind(&self, other: &Self) -> bool {
        self.kind() == other.kind()
    }

    fn kind(&self) -> u8 {
        match self {
            Self::Unknown | Self::Nil => 0,
            Self::Bool => 1,
            Self::Int | Self::Month | Self::Weekday => 2,
            Self::Float => 3,
            Self::Str => 4,
            Self::Byte => 5,
            Self::List(..) => 6,
            Self::Map | Self::Table { .. } => 7,
            Self::Time => 8,
            Self::Duration => 9,
            Self::Zone => 10,
            Self::Function => 11,
        }
    }

    /// Whether a value of this type may stand where one of type `target` is declared. Unknown types never
    /// may: callers that accept them say so.
    pub(crate) fn is_assignable_to(&self, target: &Self) -> bool {
        match (self, target) {
            (Self::Nil, _) => {
                target.is_list() || target.is_map() || matches!(target, Self::Function | Self::Zone)
            }
            (Self::Unknown, _) | (_, Self::Unknown) => false,
            (Self::List(a, _), Self::List(b, _)) => a == b,
            _ => self == target,
        }
    }

    /// Whether `==` may compare the two.
    pub(crate) fn is_comparable_to(&self, other: &Self) -> bool {
        matches!(self, Self::Unknown | Self::Nil)
            || matches!(other, Self::Unknown | Self::Nil)
            || self.is_number() && other.is_number()
            || self.is_list() && other.is_list()
            || self.is_assignable_to(other)
    }

    /// Whether at least one is unknown and the other, if known, satisfies `check`.
    pub(crate) fn maybe(&self, other: &Self, check: impl Fn(&Self) -> bool) -> bool {
        match (self.is_unknown(), other.is_unknown()) {
            (true, true) => true,
            (true, false) => check(other),
            (false, true) => check(self),
            (false, false) => false,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => "any value",
            Self::Nil => "nil",
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Float => "float",
            Self::Str => "string",
            Self::Byte => "byte",
            Self::List(..) => "array",
            Self::Map | Self::Table { .. } => "map",
            Self::Time => "time",
            Self::Duration => "duration",
            Self::Month => "month",
            Self::Weekday => "weekday",
            Self::Zone => "timezone",
            Self::Function => "function",
        })
    }
}
