//! Chains of binary operators, from left to right.

use std::sync::Arc;

use super::{At, Evaluation, Evaluator, MAX_PATTERNS, runtime_error};
use crate::error::{ExprError, Fault, Outcome, Span};
use crate::go::pattern::Pattern;
use crate::go::text;
use crate::ops;
use crate::program::{Link, LinkKind, Node, Typed};
use crate::syntax::ast::{Binary, Comparison};
use crate::value::{Kind, Value};

impl Evaluator<'_> {
    pub(super) fn chain(&mut self, first: &Node, links: &[Link]) -> Evaluation<Value> {
        let mut value = self.eval(first)?;
        for link in links {
            value = self.link(value, link)?;
        }
        Ok(value)
    }

    fn link(&mut self, left: Value, link: &Link) -> Evaluation<Value> {
        let span = link.span;
        match &link.kind {
            LinkKind::Or(right) => {
                if bool_operand(&left, "||", span)? {
                    Ok(left)
                } else {
                    Ok(self.eval(right)?.with_taint(&left.taint))
                }
            }
            LinkKind::And(right) => {
                if bool_operand(&left, "&&", span)? {
                    Ok(self.eval(right)?.with_taint(&left.taint))
                } else {
                    Ok(left)
                }
            }
            LinkKind::Coalesce(right) => {
                if left.is_nil_like() {
                    self.eval(right)
                } else {
                    Ok(left)
                }
            }
            LinkKind::Binary(operator, negated, right) => {
                let right = self.eval(right)?;
                let value = self.binary(*operator, &left, &right).at(span)?;
                Ok(if *negated { Value::from(value.as_bool() == Some(false)) } else { value })
            }
            LinkKind::EqualTyped(typed, negated, right) => {
                let right = self.eval(right)?;
                self.meter.key(&right).at(span)?;
                let equal = equal_typed(*typed, &left, &right).at(span)?;
                Ok(Value::from(equal != *negated))
            }
            LinkKind::Compare(all) => self.comparisons(left, all),
            LinkKind::MatchesPattern(pattern, negated) => {
                let matches = self.matches(&left, pattern).at(span)?;
                Ok(Value::from(matches != *negated))
            }
            LinkKind::InStrings(strings, negated) => {
                self.meter.key(&left).at(span)?;
                let found = match &left.kind {
                    Kind::Str(text) => strings.contains(text),
                    // As for any map with string keys: nil looks up the empty one.
                    Kind::Nil => strings.contains(""),
                    _ => return Err(not_a_string(&left, span)),
                };
                Ok(Value::from(found != *negated))
            }
            LinkKind::InRange(from, to, negated) => {
                let (from, to) = (Value::from(*from), Value::from(*to));
                let inside = ops::compare(Comparison::MoreOrEqual, &left, &from, self.meter).at(span)?
                    && ops::compare(Comparison::LessOrEqual, &left, &to, self.meter).at(span)?;
                Ok(Value::from(inside != *negated))
            }
        }
    }

    fn comparisons(&mut self, mut left: Value, all: &[(Comparison, Span, Node)]) -> Evaluation<Value> {
        for (comparison, span, right) in all {
            let right = self.eval(right)?;
            if !ops::compare(*comparison, &left, &right, self.meter).at(*span)? {
                return Ok(Value::from(false));
            }
            left = right;
        }
        Ok(Value::from(true))
    }

    fn binary(&mut self, operator: Binary, left: &Value, right: &Value) -> Outcome<Value> {
        Ok(match operator {
            Binary::Add => ops::add(left, right, self.meter)?,
            Binary::Range => ops::range(left, right, self.meter)?,
            Binary::Equal => Value::from(left.equals(right, self.meter)?),
            Binary::NotEqual => Value::from(!left.equals(right, self.meter)?),
            Binary::In => Value::from(ops::contains_member(left, right, self.meter)?),
            Binary::Contains | Binary::StartsWith | Binary::EndsWith => {
                Value::from(ops::text_test(operator, left, right, self.meter)?)
            }
            Binary::Matches => Value::from(self.matches_computed(left, right)?),
            _ => ops::arithmetic(operator, left, right)?,
        })
    }

    /// `left matches pattern`; nil matches nothing.
    fn matches(&mut self, left: &Value, pattern: &Pattern) -> Outcome<bool> {
        match &left.kind {
            Kind::Str(text) => pattern.is_match(text, self.meter),
            Kind::List(list) => match list.bytes() {
                Some(bytes) => pattern.is_match(&text::from_bytes(&bytes), self.meter),
                None => Err(Fault::runtime("`matches` works on strings, not on array")),
            },
            _ if left.is_nil_like() => Ok(false),
            _ => Err(Fault::runtime(format!("`matches` works on strings, not on {}", left.type_name()))),
        }
    }

    fn matches_computed(&mut self, left: &Value, right: &Value) -> Outcome<bool> {
        if left.is_nil_like() || right.is_nil_like() {
            return Ok(false);
        }
        let Kind::Str(source) = &right.kind else {
            return Err(Fault::runtime(format!("a pattern is a string, not {}", right.type_name())));
        };
        let pattern = self.pattern(source).map_err(|fault| fault.without_secrets([right]))?;
        self.matches(left, &pattern)
    }

    fn pattern(&mut self, source: &Arc<str>) -> Outcome<Pattern> {
        if let Some((_, pattern)) = self.patterns.iter().find(|(known, _)| known == source) {
            return Ok(pattern.clone());
        }
        self.meter.steps(1_000 + source.len() as u64)?;
        let pattern = Pattern::compile(source).map_err(Fault::runtime)?;
        self.meter.steps(pattern.compile_steps())?;
        if self.patterns.len() == MAX_PATTERNS {
            self.patterns.remove(0);
        }
        self.patterns.push((Arc::clone(source), pattern.clone()));
        Ok(pattern)
    }
}

fn bool_operand(value: &Value, symbol: &str, span: Span) -> Evaluation<bool> {
    value.as_bool().ok_or_else(|| {
        let error = runtime_error(span, format!("`{symbol}` works on bools, not on {}", value.type_name()));
        if value.is_nil() { error.with_hint("`x ?? false` replaces nil") } else { error }
    })
}

/// `==` of two values that the checker took for the same type. If one is not after all, that is an error, as
/// in expr-lang: `findIndex(list, false) == 0` compares nil.
fn equal_typed(typed: Typed, left: &Value, right: &Value) -> Outcome<bool> {
    match (typed, &left.kind, &right.kind) {
        (Typed::Int, Kind::Int(a), Kind::Int(b)) => Ok(a == b),
        (Typed::Str, Kind::Str(a), Kind::Str(b)) => Ok(a == b),
        _ => {
            let wanted = if typed == Typed::Int { "int" } else { "string" };
            let message = format!(
                "{wanted} expected on both sides, not {} and {}",
                left.type_name(),
                right.type_name()
            );
            Err(Fault::runtime(message)
                .with_hint("compare with nil first, or convert with int() or string()"))
        }
    }
}

fn not_a_string(value: &Value, span: Span) -> ExprError {
    let message = format!("a {} is never in a list of strings", value.type_name());
    runtime_error(span, message).with_hint("string(x) makes text of it")
}
