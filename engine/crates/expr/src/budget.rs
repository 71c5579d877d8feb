//! The limits of one evaluation and the meter that counts towards them. Time is counted in steps, so that the
//! same expression over the same values always ends the same way.

use crate::error::{Fault, Outcome};
use crate::value::Value;

/// How deep an expression may nest. Every recursion over an expression is bounded by it.
pub(crate) const MAX_DEPTH: usize = 120;
/// How many lists and maps may be inside each other in a value. Every recursion over a value is bounded by
/// it.
pub(crate) const MAX_VALUE_DEPTH: u16 = 128;
/// How many nodes an expression may have; the same figure as in expr-lang.
pub(crate) const MAX_NODES: usize = 10_000;
/// How long one expression may be, in bytes.
pub(crate) const MAX_EXPRESSION_BYTES: usize = 1 << 20;

/// What one evaluation of a template, config or expression may spend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Steps: one for each node evaluated and each element or few bytes that a function looks at.
    pub steps: u64,
    /// Elements of ranges, lists and maps made by one expression, counted as expr-lang counts its "memory
    /// budget".
    pub elements: u64,
    /// Bytes that values take when they are made, whether or not they live on.
    pub memory: u64,
    /// Bytes of text that all expressions and the text around them may produce.
    pub output: u64,
}

impl Default for Budget {
    /// Two million steps (some tens of milliseconds), expr-lang's million elements, 64 MiB of values, 16 MiB
    /// of output.
    fn default() -> Self {
        Self { steps: 2_000_000, elements: 1_000_000, memory: 64 << 20, output: 16 << 20 }
    }
}

/// Counts down what is left of a [`Budget`].
#[derive(Debug)]
pub(crate) struct Meter {
    left: Budget,
    budget: Budget,
}

impl Meter {
    pub(crate) fn new(budget: Budget) -> Self {
        Self { left: budget, budget }
    }

    /// Elements are counted for each expression by itself; all else for the whole evaluation.
    pub(crate) fn start_expression(&mut self) {
        self.left.elements = self.budget.elements;
    }

    pub(crate) fn steps(&mut self, count: u64) -> Outcome<()> {
        spend(&mut self.left.steps, count).ok_or_else(|| exceeded("steps", self.budget.steps))
    }

    /// Steps for looking at `bytes` bytes of text once.
    pub(crate) fn scan(&mut self, bytes: usize) -> Outcome<()> {
        self.steps(1 + bytes as u64 / 32)
    }

    /// Steps for looking a value up, or comparing it, once: those of its text.
    pub(crate) fn key(&mut self, value: &Value) -> Outcome<()> {
        match value.as_str() {
            Some(text) => self.scan(text.len()),
            None => Ok(()),
        }
    }

    /// Memory for text of `bytes` bytes, and the steps to write it.
    pub(crate) fn text(&mut self, bytes: usize) -> Outcome<()> {
        self.scan(bytes)?;
        spend(&mut self.left.memory, bytes as u64)
            .ok_or_else(|| exceeded("bytes of memory", self.budget.memory))
    }

    /// Memory for a collection of `count` values, and the steps to fill it.
    pub(crate) fn values(&mut self, count: usize) -> Outcome<()> {
        self.steps(count as u64 / 4)?;
        let bytes = (count as u64).saturating_mul(size_of::<Value>() as u64);
        spend(&mut self.left.memory, bytes).ok_or_else(|| exceeded("bytes of memory", self.budget.memory))
    }

    /// As [`Meter::values`], for what expr-lang counts too.
    pub(crate) fn elements(&mut self, count: usize) -> Outcome<()> {
        self.count_elements(count)?;
        self.values(count)
    }

    /// Counts elements that take no memory of their own. Reaching the limit is already too much, as in
    /// expr-lang.
    pub(crate) fn count_elements(&mut self, count: usize) -> Outcome<()> {
        let spent = spend(&mut self.left.elements, count as u64).filter(|()| self.left.elements > 0);
        spent.ok_or_else(|| exceeded("elements", self.budget.elements))
    }

    /// Refuses a value that takes more than all the memory there is once it is written out.
    pub(crate) fn check_size(&self, bytes: usize) -> Outcome<()> {
        if bytes as u64 > self.budget.memory {
            Err(exceeded("bytes of memory", self.budget.memory))
        } else {
            Ok(())
        }
    }

    pub(crate) fn output(&mut self, bytes: usize) -> Outcome<()> {
        spend(&mut self.left.output, bytes as u64)
            .ok_or_else(|| exceeded("bytes of output", self.budget.output))
    }
}

fn spend(left: &mut u64, count: u64) -> Option<()> {
    *left = left.checked_sub(count)?;
    Some(())
}

fn exceeded(what: &str, limit: u64) -> Fault {
    Fault::budget(format!("the evaluation takes more than {limit} {what}"))
}

/// The error for a value that nests deeper than [`MAX_VALUE_DEPTH`].
pub(crate) fn too_deep() -> Fault {
    Fault::budget(format!("lists and maps nest deeper than {MAX_VALUE_DEPTH} levels"))
}
