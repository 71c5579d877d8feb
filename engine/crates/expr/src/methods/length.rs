//! The methods of durations.

use super::{Method, bad_args, method};
use crate::compile::types::Type;
use crate::error::Outcome;
use crate::go::duration::{self, HOUR, MICROSECOND, MILLISECOND, MINUTE, SECOND};
use crate::signature::Param;
use crate::value::{Kind, Value};

pub(super) static METHODS: [Method; 10] = [
    method("Abs", &[], Type::Duration),
    method("Hours", &[], Type::Float),
    method("Microseconds", &[], Type::Int),
    method("Milliseconds", &[], Type::Int),
    method("Minutes", &[], Type::Float),
    method("Nanoseconds", &[], Type::Int),
    method("Round", &[Param::Duration], Type::Duration),
    method("Seconds", &[], Type::Float),
    method("String", &[], Type::Str),
    method("Truncate", &[Param::Duration], Type::Duration),
];

pub(super) static NAMES: [&str; 10] = {
    let mut names = [""; 10];
    let mut at = 0;
    while at < names.len() {
        names[at] = METHODS[at].name;
        at += 1;
    }
    names
};

pub(super) fn call(length: i64, name: &str, args: &[Value]) -> Outcome<Value> {
    let kinds: Vec<&Kind> = args.iter().map(|arg| &arg.kind).collect();
    Ok(match (name, &kinds[..]) {
        ("Abs", []) => Value::duration(length.saturating_abs()),
        ("Hours", []) => Value::from(in_units(length, HOUR)),
        ("Minutes", []) => Value::from(in_units(length, MINUTE)),
        ("Seconds", []) => Value::from(in_units(length, SECOND)),
        ("Milliseconds", []) => Value::from(length / MILLISECOND),
        ("Microseconds", []) => Value::from(length / MICROSECOND),
        ("Nanoseconds", []) => Value::from(length),
        ("String", []) => Value::from(duration::print(length)),
        ("Round", [Kind::Duration(unit)]) => Value::duration(duration::round(length, *unit)),
        ("Truncate", [Kind::Duration(unit)]) => Value::duration(duration::truncate(length, *unit)),
        _ => return Err(bad_args(name)),
    })
}

/// Whole units and the rest by themselves, so that no precision is lost in long durations.
fn in_units(length: i64, unit: i64) -> f64 {
    (length / unit) as f64 + (length % unit) as f64 / unit as f64
}
