//! Checked expressions in the form that is evaluated: names resolved to slots, constants folded, patterns
//! compiled. Immutable, so that one program serves any number of evaluations at once.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::builtins::Builtin;
use crate::compile::types::Type;
use crate::error::Span;
use crate::go::pattern::Pattern;
use crate::reference::Reference;
use crate::syntax::ast::{Binary, Comparison, Loop};
use crate::value::Value;

/// A checked expression.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) root: Node,
    /// How many slots for `let` variables it needs.
    pub(crate) slots: usize,
    /// The type of its value, as far as that is known.
    pub(crate) result: Type,
    /// The variables and functions that it names, in the order they are met.
    pub(crate) references: Vec<Reference>,
}

/// An operation and where it stands in the text.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) op: Op,
    pub(crate) span: Span,
}

/// What to do.
#[derive(Debug)]
pub(crate) enum Op {
    Constant(Value),
    /// `$env`: all variables as a map.
    Env,
    Variable(Arc<str>),
    Local(usize),
    Element,
    Index,
    Accumulator,
    Not(Box<Node>),
    Negate(Box<Node>),
    Chain {
        first: Box<Node>,
        links: Vec<Link>,
    },
    Conditional(Box<Branches>),
    /// `a ?: b`.
    Elvis(Box<(Node, Node)>),
    Postfix {
        base: Box<Node>,
        steps: Vec<Step>,
    },
    Builtin(&'static Builtin, Vec<Node>),
    /// A function of the host.
    Call(Arc<str>, Vec<Node>),
    /// A method that a `let` variable holds.
    CallLocal(usize, Vec<Node>),
    Loop(Box<LoopNode>),
    /// `sum` of a list that is written out: its elements added from right to left.
    SumOf(Vec<Node>),
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
    Let {
        slot: usize,
        value: Box<Node>,
        body: Box<Node>,
    },
    Sequence(Vec<Node>),
}

/// The parts of `a ? b : c`.
#[derive(Debug)]
pub(crate) struct Branches {
    pub(crate) condition: Node,
    pub(crate) then: Node,
    pub(crate) otherwise: Node,
}

/// One operator of a chain.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) kind: LinkKind,
    pub(crate) span: Span,
}

/// What the operator does with what is left of it.
#[derive(Debug)]
pub(crate) enum LinkKind {
    Or(Node),
    And(Node),
    Coalesce(Node),
    /// An operator of two values. True: the result is negated.
    Binary(Binary, bool, Node),
    /// `==` or `!=` (true) of two values that are known to be of this type.
    EqualTyped(Typed, bool, Node),
    Compare(Vec<(Comparison, Span, Node)>),
    /// `matches` with a pattern that is written out.
    MatchesPattern(Pattern, bool),
    /// `in` a list of strings that is written out, which accepts only strings.
    InStrings(BTreeSet<Arc<str>>, bool),
    /// `in` a range of two numbers that are written out.
    InRange(i64, i64, bool),
}

/// A type that `==` relies on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Typed {
    Int,
    Str,
}

/// One step of a member chain.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) access: Access,
    pub(crate) optional: bool,
    pub(crate) span: Span,
}

/// How a step reads.
#[derive(Debug)]
pub(crate) enum Access {
    Field(Arc<str>),
    Method(Arc<str>, Vec<Node>),
    Index(Node),
    Slice(Option<Node>, Option<Node>),
}

/// A function that runs an expression for each element.
#[derive(Debug)]
pub(crate) struct LoopNode {
    pub(crate) kind: Loop,
    pub(crate) list: Node,
    pub(crate) body: Option<Node>,
    pub(crate) extra: Option<Node>,
    /// For `find` and `findLast`: finding nothing is an error, because an index was written after a filter.
    pub(crate) must_find: bool,
}
