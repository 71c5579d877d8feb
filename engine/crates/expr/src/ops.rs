//! What the operators do with values. No spans and no control flow here: the evaluator adds both.

mod access;
mod arithmetic;
mod membership;
mod order;

pub(crate) use access::{field, index, slice};
pub(crate) use arithmetic::{add, arithmetic, float_to_int, negate, range, to_int};
pub(crate) use membership::{contains_member, text_test};
pub(crate) use order::{compare, is_less};
