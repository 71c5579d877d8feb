//! Chains of binary operators: their types, and what of them can be computed at once.

use std::sync::Arc;

use super::types::Type;
use super::{Checked, Compiler, MAX_PATTERN_STEPS, scalar, type_error};
use crate::error::{ErrorClass, ExprError, Span};
use crate::go::pattern::Pattern;
use crate::ops;
use crate::program::{Link, LinkKind, Node, Op, Typed};
use crate::syntax::ast::{self, Ast, Binary, Comparison};
use crate::value::{Kind, Value};

/// A chain as far as it is compiled.
struct Chain {
    first: Node,
    links: Vec<Link>,
    static_type: Type,
}

impl Chain {
    /// Replaces all there is by a value.
    fn become_constant(&mut self, value: Value) {
        self.links.clear();
        self.first = Node { op: Op::Constant(value), span: self.first.span };
    }

    /// The value written out, if there is nothing more than that.
    fn constant(&self) -> Option<&Value> {
        if self.links.is_empty() { scalar(&self.first) } else { None }
    }

    fn into_node(self, span: Span) -> (Node, Type) {
        let Self { first, links, static_type } = self;
        let op = if links.is_empty() { first.op } else { Op::Chain { first: Box::new(first), links } };
        (Node { op, span }, static_type)
    }
}

impl Compiler {
    pub(super) fn chain(&mut self, first: &Ast, links: &[ast::Link], span: Span) -> Checked<(Node, Type)> {
        let mut operand = (first, self.reference_of(first));
        let (first, static_type) = self.node(first)?;
        let mut chain = Chain { first, links: Vec::with_capacity(links.len()), static_type };
        for link in links {
            match link {
                ast::Link::Compare(all) => self.comparisons(&mut chain, all)?,
                ast::Link::Binary { operator, negated, span, right } => {
                    let left = std::mem::replace(&mut operand, (right, self.reference_of(right)));
                    let (node, right_type) = self.node(right)?;
                    self.note_tests(*operator, left, operand);
                    let found = self.binary_type(*operator, &chain.static_type, &right_type, *span)?;
                    let left_type = std::mem::replace(&mut chain.static_type, found);
                    let kind =
                        self.link(&mut chain, (*operator, *negated), &left_type, right, node, &right_type)?;
                    chain.links.extend(kind.map(|kind| Link { kind, span: *span }));
                }
            }
        }
        Ok(chain.into_node(span))
    }

    fn comparisons(&mut self, chain: &mut Chain, all: &[(Comparison, Span, Ast)]) -> Checked<()> {
        let mut left = std::mem::replace(&mut chain.static_type, Type::Bool);
        let mut compiled = Vec::with_capacity(all.len());
        for (comparison, span, right) in all {
            let (node, right_type) = self.node(right)?;
            if !is_ordered(&left, &right_type) {
                return Err(mismatch(comparison.symbol(), &left, &right_type, *span));
            }
            left = right_type;
            compiled.push((*comparison, *span, node));
        }
        let span = all.first().map_or(chain.first.span, |(_, span, _)| *span);
        chain.links.push(Link { kind: LinkKind::Compare(compiled), span });
        Ok(())
    }

    /// The link for an operator, or None if it was folded into what is before it.
    fn link(
        &mut self,
        chain: &mut Chain,
        (operator, negated): (Binary, bool),
        left_type: &Type,
        right: &Ast,
        node: Node,
        right_type: &Type,
    ) -> Checked<Option<LinkKind>> {
        Ok(Some(match operator {
            Binary::And | Binary::Or => match fold_logic(chain, operator, &node) {
                Logic::Folded => return Ok(None),
                Logic::TakesRight => {
                    chain.first = node;
                    return Ok(None);
                }
                Logic::Needed if operator == Binary::And => LinkKind::And(node),
                Logic::Needed => LinkKind::Or(node),
            },
            Binary::Coalesce => LinkKind::Coalesce(node),
            Binary::In => in_link(right, left_type, node, negated),
            Binary::Matches => match scalar(&node) {
                Some(Value { kind: Kind::Str(pattern), .. }) => {
                    LinkKind::MatchesPattern(self.pattern(pattern, node.span)?, negated)
                }
                _ => LinkKind::Binary(operator, negated, node),
            },
            _ => {
                if let (Some(a), Some(b)) = (chain.constant(), scalar(&node))
                    && let Some(value) = fold(operator, a, b, node.span)?
                {
                    chain.become_constant(value);
                    return Ok(None);
                }
                match (operator, left_type, right_type) {
                    (Binary::Equal | Binary::NotEqual, Type::Int, Type::Int) => {
                        LinkKind::EqualTyped(Typed::Int, operator == Binary::NotEqual, node)
                    }
                    (Binary::Equal | Binary::NotEqual, Type::Str, Type::Str) => {
                        LinkKind::EqualTyped(Typed::Str, operator == Binary::NotEqual, node)
                    }
                    _ => LinkKind::Binary(operator, negated, node),
                }
            }
        }))
    }

    fn pattern(&mut self, pattern: &str, span: Span) -> Checked<Pattern> {
        let pattern = Pattern::compile(pattern).map_err(|message| type_error(span, message))?;
        self.pattern_steps += pattern.compile_steps();
        if self.pattern_steps > MAX_PATTERN_STEPS {
            let message = "the patterns of the expression are too large together";
            return Err(ExprError::new(ErrorClass::Budget, span, message));
        }
        Ok(pattern)
    }

    /// The type of `left operator right`, or a type error at the operator.
    fn binary_type(&self, operator: Binary, left: &Type, right: &Type, span: Span) -> Checked<Type> {
        use Type::{Bool, Duration, Float, Int, Str, Time, Unknown};
        let both = |check: fn(&Type) -> bool| check(left) && check(right);
        let found = match operator {
            Binary::Equal | Binary::NotEqual => left.is_comparable_to(right).then_some(Bool),
            Binary::Or | Binary::And => {
                (both(|t| *t == Bool) || left.maybe(right, |t| *t == Bool)).then_some(Bool)
            }
            Binary::Contains | Binary::StartsWith | Binary::EndsWith => {
                (both(|t| *t == Str) || left.maybe(right, |t| *t == Str)).then_some(Bool)
            }
            Binary::Matches => {
                let bytes_and_text = *left == Type::bytes() && *right == Str;
                (both(|t| *t == Str) || bytes_and_text || left.maybe(right, |t| *t == Str)).then_some(Bool)
            }
            Binary::In => is_member(left, right).then_some(Bool),
            Binary::Range => {
                let integers = both(Type::is_integer) || left.maybe(right, Type::is_integer);
                integers.then(|| Type::list_of(Int))
            }
            Binary::Modulo => (both(Type::is_integer) || left.maybe(right, Type::is_integer)).then_some(Int),
            Binary::Divide | Binary::Power => {
                (both(Type::is_number) || left.maybe(right, Type::is_number)).then_some(Float)
            }
            Binary::Coalesce => Some(coalesced(left, right)),
            Binary::Add | Binary::Subtract | Binary::Multiply if both(Type::is_number) => {
                Some(if *left == Float || *right == Float { Float } else { Int })
            }
            Binary::Add => match (left, right) {
                (Str, Str) => Some(Str),
                (Time, Duration) | (Duration, Time) => Some(Time),
                (Duration, Duration) => Some(Duration),
                _ => left
                    .maybe(right, |t| t.is_number() || matches!(t, Str | Time | Duration))
                    .then_some(Unknown),
            },
            Binary::Subtract => match (left, right) {
                (Time, Time) | (Duration, Duration) => Some(Duration),
                (Time, Duration) => Some(Time),
                _ => left.maybe(right, |t| t.is_number() || matches!(t, Time | Duration)).then_some(Unknown),
            },
            Binary::Multiply => match (left, right) {
                (Duration, Duration) => Some(Duration),
                (Duration, number) | (number, Duration) if number.is_number() => Some(Duration),
                _ => left.maybe(right, |t| t.is_number() || *t == Duration).then_some(Unknown),
            },
        };
        found.ok_or_else(|| mismatch(operator.symbol(), left, right, span))
    }
}

/// What a written-out boolean on one side does to `and` and `or`.
enum Logic {
    /// The chain already is the result.
    Folded,
    /// The right operand is the result.
    TakesRight,
    /// Both sides are needed.
    Needed,
}

/// A constant decides `and` and `or` even if the other side could not be evaluated, as in expr-lang.
fn fold_logic(chain: &mut Chain, operator: Binary, right: &Node) -> Logic {
    let neutral = operator == Binary::And;
    let left = chain.constant().and_then(Value::as_bool);
    let right = scalar(right).and_then(Value::as_bool);
    if left == Some(neutral) {
        return Logic::TakesRight;
    }
    if right == Some(neutral) {
        return Logic::Folded;
    }
    if left.is_some() || right.is_some() {
        chain.become_constant(Value::from(!neutral));
        return Logic::Folded;
    }
    Logic::Needed
}

/// The result of an operator on two written-out values, where expr-lang computes it ahead.
fn fold(operator: Binary, a: &Value, b: &Value, span: Span) -> Checked<Option<Value>> {
    if operator == Binary::Equal {
        return Ok(match (&a.kind, &b.kind) {
            (Kind::Int(a), Kind::Int(b)) => Some(Value::from(a == b)),
            (Kind::Str(a), Kind::Str(b)) => Some(Value::from(a == b)),
            (Kind::Bool(a), Kind::Bool(b)) => Some(Value::from(a == b)),
            _ => None,
        });
    }
    // A sum of strings is left to the evaluation, which meters it.
    let numbers = a.as_f64().is_some() && b.as_f64().is_some();
    match operator {
        Binary::Add
        | Binary::Subtract
        | Binary::Multiply
        | Binary::Divide
        | Binary::Modulo
        | Binary::Power
            if numbers =>
        {
            ops::arithmetic(operator, a, b).map(Some).map_err(|fault| type_error(span, fault.message()))
        }
        _ => Ok(None),
    }
}

/// `in`, with the two lists on the right that expr-lang looks up in another way.
fn in_link(right: &Ast, left_type: &Type, node: Node, negated: bool) -> LinkKind {
    if let ast::Node::List(items) = &right.node
        && !items.is_empty()
    {
        let string = |item: &Ast| match &item.node {
            ast::Node::Str(text) => Some(Arc::clone(text)),
            _ => None,
        };
        if let Some(strings) = items.iter().map(string).collect() {
            return LinkKind::InStrings(strings, negated);
        }
    }
    if *left_type == Type::Int
        && let Op::Chain { first, links } = &node.op
        && let [Link { kind: LinkKind::Binary(Binary::Range, false, last), .. }] = &links[..]
        && let (Some(Kind::Int(from)), Some(Kind::Int(to))) =
            (scalar(first).map(|value| &value.kind), scalar(last).map(|value| &value.kind))
    {
        return LinkKind::InRange(*from, *to, negated);
    }
    LinkKind::Binary(Binary::In, negated, node)
}

fn is_ordered(left: &Type, right: &Type) -> bool {
    use Type::{Duration, Str, Time};
    left.is_number() && right.is_number()
        || left == right && matches!(left, Str | Time | Duration)
        || left.maybe(right, |t| t.is_number() || matches!(t, Str | Time | Duration))
}

fn is_member(left: &Type, right: &Type) -> bool {
    match right {
        Type::Unknown | Type::Table { .. } => true,
        Type::Time | Type::Zone | Type::Map => matches!(left, Type::Unknown | Type::Str),
        Type::List(_, element) => left.is_comparable_to(element),
        Type::Str => left.is_unknown(),
        _ => false,
    }
}

fn coalesced(left: &Type, right: &Type) -> Type {
    match (left, right) {
        (Type::Nil, _) => right.clone(),
        (_, Type::Nil) => left.clone(),
        _ if right.is_assignable_to(left) => left.clone(),
        _ => Type::Unknown,
    }
}

fn mismatch(symbol: &str, left: &Type, right: &Type, span: Span) -> ExprError {
    let error = type_error(span, format!("`{symbol}` does not work on {left} and {right}"));
    match (symbol, left, right) {
        ("+", Type::Str, number) | ("+", number, Type::Str) if number.is_number() => {
            error.with_hint("string(x) makes text of a number, int(x) a number of text")
        }
        ("==" | "!=", ..) => {
            error.with_hint("they are never equal; convert one with string(), int() or float()")
        }
        _ => error,
    }
}
