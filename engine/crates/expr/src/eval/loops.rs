//! The functions that run an expression for each element.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{At, Evaluation, Evaluator, runtime_error};
use crate::error::{Fault, Span};
use crate::ops;
use crate::program::LoopNode;
use crate::sort;
use crate::syntax::ast::Loop;
use crate::taint::Taint;
use crate::value::{Kind, List, TableKey, TableType, Value};

/// What it takes to put something into a table.
const TABLE_STEPS: u64 = 8;

/// A loop that is running.
pub(super) struct Frame {
    items: Items,
    at: usize,
    accumulator: Value,
    /// The taint of the list itself, which its elements take on.
    taint: Taint,
    /// The taint of what decided about elements: which are taken, and in which order.
    decided: Taint,
}

/// What a loop goes over.
enum Items {
    List(Arc<List>),
    /// The bytes of a string, which are numbers.
    Bytes(Arc<str>),
    /// A map: it can be counted, but its elements cannot be read.
    Countable(usize),
}

impl Items {
    fn len(&self) -> usize {
        match self {
            Self::List(list) => list.items().len(),
            Self::Bytes(text) => text.len(),
            Self::Countable(count) => *count,
        }
    }
}

impl Evaluator<'_> {
    pub(super) fn loop_node(&mut self, node: &LoopNode, span: Span) -> Evaluation<Value> {
        let list = self.eval(&node.list)?;
        let items = match &list.kind {
            Kind::List(list) => Items::List(Arc::clone(list)),
            Kind::Str(text) => Items::Bytes(Arc::clone(text)),
            Kind::Map(map) => Items::Countable(map.len()),
            Kind::Table(table) => Items::Countable(table.len()),
            _ => {
                let message = format!("{}() works on a list, not on {}", node.kind.name(), list.type_name());
                let error = runtime_error(node.list.span, message);
                return Err(if list.is_nil() { error.with_hint("`list ?? []` replaces nil") } else { error });
            }
        };
        let count = items.len();
        self.loops.push(Frame {
            items,
            at: 0,
            accumulator: Value::NIL,
            taint: list.taint.clone(),
            decided: Taint::NONE,
        });
        let result = match node.kind {
            Loop::All => self.decide(node, count, false),
            Loop::Any => self.decide(node, count, true),
            Loop::None => self.decide(node, count, true).map(|any| Value::from(any.as_bool() == Some(false))),
            Loop::One => self.count(node, count).map(|found| Value::from(found == 1)),
            Loop::Count => self.count(node, count).map(Value::from),
            Loop::Filter => self.filter(node, count),
            Loop::Map => self.map_each(node, count, span),
            Loop::Sum => self.sum(node, count, span),
            Loop::Find | Loop::FindIndex => self.find(node, 0..count, span),
            Loop::FindLast | Loop::FindLastIndex => self.find(node, (0..count).rev(), span),
            Loop::GroupBy => self.group(node, count, span),
            Loop::SortBy => self.sort_by(node, count, span),
            Loop::Reduce => self.reduce(node, count, span),
        };
        let decided = self.loops.pop().map(|frame| frame.decided).unwrap_or_default();
        Ok(result?.with_taint(&decided))
    }

    /// The loop that is running. The compiler puts what needs one into the body of a loop only.
    fn frame(&mut self) -> &mut Frame {
        self.loops.last_mut().expect("compiled into the body of a loop")
    }

    pub(super) fn element(&mut self, span: Span) -> Evaluation<Value> {
        let frame = self.frame();
        let value = match &frame.items {
            Items::List(list) => list.items().get(frame.at).cloned(),
            Items::Bytes(text) => text.as_bytes().get(frame.at).map(|byte| Value::byte(*byte)),
            Items::Countable(_) => {
                let error = runtime_error(span, "the elements of a map cannot be read in a loop");
                return Err(error.with_hint("go over keys(map), values(map) or toPairs(map)"));
            }
        };
        let value =
            value.ok_or_else(|| runtime_error(span, "there is no element here: the list is empty"))?;
        Ok(value.with_taint(&frame.taint))
    }

    pub(super) fn index(&mut self) -> Value {
        Value::from(self.frame().at as i64)
    }

    pub(super) fn accumulator(&mut self) -> Value {
        self.frame().accumulator.clone()
    }

    /// The body for element `at`, or the element itself if there is no body.
    fn body(&mut self, node: &LoopNode, at: usize) -> Evaluation<Value> {
        self.frame().at = at;
        match &node.body {
            Some(body) => self.eval(body),
            None => {
                self.meter.steps(1).at(node.list.span)?;
                self.element(node.list.span)
            }
        }
    }

    fn holds(&mut self, node: &LoopNode, at: usize) -> Evaluation<bool> {
        let value = self.body(node, at)?;
        self.frame().decided.join(&value.taint);
        value.as_bool().ok_or_else(|| {
            let span = node.body.as_ref().map_or(node.list.span, |body| body.span);
            let message =
                format!("{}() needs a bool for each element, not {}", node.kind.name(), value.type_name());
            runtime_error(span, message)
        })
    }

    /// Whether the body is `wanted` for any element; the answer is `wanted` then, else its opposite.
    fn decide(&mut self, node: &LoopNode, count: usize, wanted: bool) -> Evaluation<Value> {
        for at in 0..count {
            if self.holds(node, at)? == wanted {
                return Ok(Value::from(wanted));
            }
        }
        Ok(Value::from(!wanted))
    }

    fn count(&mut self, node: &LoopNode, count: usize) -> Evaluation<i64> {
        let mut found = 0;
        for at in 0..count {
            found += i64::from(self.holds(node, at)?);
        }
        Ok(found)
    }

    fn filter(&mut self, node: &LoopNode, count: usize) -> Evaluation<Value> {
        let mut kept = Vec::new();
        for at in 0..count {
            if self.holds(node, at)? {
                self.meter.elements(1).at(node.list.span)?;
                kept.push(self.element(node.list.span)?);
            }
        }
        Ok(Value::list(kept))
    }

    fn map_each(&mut self, node: &LoopNode, count: usize, span: Span) -> Evaluation<Value> {
        self.meter.elements(count).at(span)?;
        let mut mapped = Vec::with_capacity(count);
        for at in 0..count {
            mapped.push(self.body(node, at)?);
        }
        Ok(Value::list(mapped))
    }

    fn sum(&mut self, node: &LoopNode, count: usize, span: Span) -> Evaluation<Value> {
        let mut sum = Value::from(0);
        for at in 0..count {
            let value = self.body(node, at)?;
            sum = ops::add(&value, &sum, self.meter).at(span)?;
        }
        Ok(sum)
    }

    fn find(&mut self, node: &LoopNode, order: impl Iterator<Item = usize>, span: Span) -> Evaluation<Value> {
        for at in order {
            if self.holds(node, at)? {
                return match node.kind {
                    Loop::FindIndex | Loop::FindLastIndex => Ok(Value::from(at as i64)),
                    _ => self.element(node.list.span),
                };
            }
        }
        if node.must_find {
            let error = runtime_error(span, "no element was found to take by its index");
            return Err(error.with_hint("first(filter(...)) and find(...) give nil instead of an error"));
        }
        Ok(Value::NIL)
    }

    fn group(&mut self, node: &LoopNode, count: usize, span: Span) -> Evaluation<Value> {
        let mut groups: BTreeMap<TableKey, Vec<Value>> = BTreeMap::new();
        let mut key_taint = Taint::NONE;
        for at in 0..count {
            let key = self.body(node, at)?;
            self.meter.values(4).at(span)?;
            self.meter.steps(TABLE_STEPS).at(span)?;
            self.meter.key(&key).at(span)?;
            key_taint.join(&key.taint);
            let key = TableKey::of(&key)
                .ok_or_else(|| Fault::runtime(format!("elements cannot be grouped by a {}", key.type_name())))
                .at(span)?;
            let element = self.element(node.list.span)?;
            groups.entry(key).or_default().push(element);
        }
        let groups = groups.into_iter().map(|(key, group)| (key, Value::list(group)));
        Ok(Value::table(TableType::Groups, groups).with_taint(&key_taint))
    }

    fn sort_by(&mut self, node: &LoopNode, count: usize, span: Span) -> Evaluation<Value> {
        let order = node.extra.as_ref().map(|extra| self.eval(extra)).transpose()?;
        let descending = match order.as_ref().map(Value::as_str) {
            None | Some(Some("asc")) => false,
            Some(Some("desc")) => true,
            Some(_) => return Err(runtime_error(span, "the order must be \"asc\" or \"desc\"")),
        };
        self.meter.elements(count).at(span)?;
        let mut keyed = Vec::with_capacity(count);
        for at in 0..count {
            let key = self.body(node, at)?;
            self.frame().decided.join(&key.taint());
            keyed.push((key, self.element(node.list.span)?));
        }
        let meter = &mut *self.meter;
        let sorted = sort::stable(keyed, |(a, _), (b, _)| {
            meter.steps(1)?;
            if descending { ops::is_less(b, a, meter) } else { ops::is_less(a, b, meter) }
        });
        Ok(Value::list(sorted.at(span)?.into_iter().map(|(_, element)| element).collect()))
    }

    fn reduce(&mut self, node: &LoopNode, count: usize, span: Span) -> Evaluation<Value> {
        let start = match &node.extra {
            Some(initial) => {
                self.frame().accumulator = self.eval(initial)?;
                0
            }
            None if count == 0 => {
                let error = runtime_error(span, "reduce() of an empty list has no result");
                return Err(error.with_hint("give it a start value: reduce(list, #acc + #, 0)"));
            }
            None => {
                self.frame().accumulator = self.element(node.list.span)?;
                1
            }
        };
        for at in start..count {
            let value = self.body(node, at)?;
            self.frame().accumulator = self.bounded(value, span)?;
        }
        Ok(self.accumulator())
    }
}
