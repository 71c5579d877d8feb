//! The syntax tree. Chains of operators and of members are flat, so that its height is bounded by how deep
//! the text nests, not by how long it is.

use std::sync::Arc;

use crate::error::Span;

/// An expression and where it stands.
#[derive(Debug)]
pub(crate) struct Ast {
    pub(crate) node: Node,
    pub(crate) span: Span,
}

/// What an expression is.
#[derive(Debug)]
pub(crate) enum Node {
    Nil,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(Arc<str>),
    Bytes(Vec<u8>),
    Identifier(Arc<str>),
    /// `#`, `#index`, `#acc`; also what a leading dot refers to.
    Pointer(Arc<str>),
    Unary(Unary, Box<Ast>),
    /// An operand and what is done to it, from left to right.
    Chain {
        first: Box<Ast>,
        links: Vec<Link>,
    },
    Conditional {
        condition: Box<Ast>,
        /// None in `a ?: b`, where it is the condition.
        then: Option<Box<Ast>>,
        otherwise: Box<Ast>,
    },
    /// A value and the members read from it, from left to right.
    Postfix {
        base: Box<Ast>,
        steps: Vec<Step>,
    },
    Call {
        name: Arc<str>,
        args: Vec<Ast>,
    },
    /// A function that runs an expression for each element: `map(list, # * 2)`.
    Loop {
        kind: Loop,
        list: Box<Ast>,
        body: Option<Box<Ast>>,
        /// The order of `sortBy`, the start of `reduce`.
        extra: Option<Box<Ast>>,
    },
    List(Vec<Ast>),
    Map(Vec<(Ast, Ast)>),
    Let {
        name: Arc<str>,
        value: Box<Ast>,
        body: Box<Ast>,
    },
    Sequence(Vec<Ast>),
}

/// One operator of a chain with its right operand.
#[derive(Debug)]
pub(crate) enum Link {
    Binary {
        operator: Binary,
        /// `not in` and the like.
        negated: bool,
        /// Where the operator stands.
        span: Span,
        right: Ast,
    },
    /// `left < a <= b`: each operand is compared with the one before it.
    Compare(Vec<(Comparison, Span, Ast)>),
}

/// One step from a value to a part of it.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) access: Access,
    /// `?.`: a nil before it makes the whole chain nil.
    pub(crate) optional: bool,
    pub(crate) span: Span,
}

/// How a step reads.
#[derive(Debug)]
pub(crate) enum Access {
    /// `.name`
    Field(Arc<str>),
    /// `.name(args)`
    Method(Arc<str>, Vec<Ast>),
    /// `[index]`
    Index(Ast),
    /// `[from:to]`
    Slice(Option<Ast>, Option<Ast>),
}

/// Operators before an operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unary {
    Not,
    Negate,
    Plus,
}

/// Operators between two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Binary {
    Or,
    And,
    Coalesce,
    Equal,
    NotEqual,
    In,
    Matches,
    Contains,
    StartsWith,
    EndsWith,
    Range,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Power,
}

impl Binary {
    /// The operator as it is written.
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Self::Or => "||",
            Self::And => "&&",
            Self::Coalesce => "??",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::In => "in",
            Self::Matches => "matches",
            Self::Contains => "contains",
            Self::StartsWith => "startsWith",
            Self::EndsWith => "endsWith",
            Self::Range => "..",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Modulo => "%",
            Self::Power => "**",
        }
    }
}

/// Functions that run an expression for each element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Loop {
    All,
    None,
    Any,
    One,
    Filter,
    Map,
    Count,
    Sum,
    Find,
    FindIndex,
    FindLast,
    FindLastIndex,
    GroupBy,
    SortBy,
    Reduce,
}

impl Loop {
    const ALL: [Self; 15] = [
        Self::All,
        Self::None,
        Self::Any,
        Self::One,
        Self::Filter,
        Self::Map,
        Self::Count,
        Self::Sum,
        Self::Find,
        Self::FindIndex,
        Self::FindLast,
        Self::FindLastIndex,
        Self::GroupBy,
        Self::SortBy,
        Self::Reduce,
    ];

    /// The function of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The names of all of them.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        Self::ALL.into_iter().map(Self::name)
    }

    /// The function's name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::None => "none",
            Self::Any => "any",
            Self::One => "one",
            Self::Filter => "filter",
            Self::Map => "map",
            Self::Count => "count",
            Self::Sum => "sum",
            Self::Find => "find",
            Self::FindIndex => "findIndex",
            Self::FindLast => "findLast",
            Self::FindLastIndex => "findLastIndex",
            Self::GroupBy => "groupBy",
            Self::SortBy => "sortBy",
            Self::Reduce => "reduce",
        }
    }

    /// Whether the expression for each element may be left out.
    pub(crate) fn body_is_optional(self) -> bool {
        matches!(self, Self::Count | Self::Sum)
    }

    /// Whether an argument may follow the expression.
    pub(crate) fn takes_extra(self) -> bool {
        matches!(self, Self::SortBy | Self::Reduce)
    }
}

/// Operators of order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Less,
    LessOrEqual,
    More,
    MoreOrEqual,
}

impl Comparison {
    /// The operator as it is written.
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::More => ">",
            Self::MoreOrEqual => ">=",
        }
    }
}
