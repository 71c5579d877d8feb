//! Numbers, and what else adds up: strings, durations, times.

use crate::budget::Meter;
use crate::error::{Fault, Outcome};
use crate::syntax::ast::Binary;
use crate::value::{Kind, ListType, Value};

/// An operator on two numbers, durations or times. Integers wrap around, as in Go.
pub(crate) fn arithmetic(operator: Binary, a: &Value, b: &Value) -> Outcome<Value> {
    let found = match (operator, &a.kind, &b.kind) {
        (Binary::Divide, ..) => floats(a, b).map(|(a, b)| Kind::Float(a / b)),
        (Binary::Power, ..) => floats(a, b).map(|(a, b)| Kind::Float(power(a, b))),
        (_, Kind::Int(_) | Kind::Uint(_), Kind::Int(_) | Kind::Uint(_)) => match (a.as_int(), b.as_int()) {
            (_, Some(0)) if operator == Binary::Modulo => {
                return Err(Fault::runtime("integer divide by zero"));
            }
            (Some(a), Some(b)) => integers(operator, a, b).map(Kind::Int),
            _ => None,
        },
        (Binary::Modulo, ..) => None,
        (_, Kind::Int(_) | Kind::Uint(_) | Kind::Float(_), Kind::Int(_) | Kind::Uint(_) | Kind::Float(_)) => {
            floats(a, b).and_then(|(a, b)| float(operator, a, b)).map(Kind::Float)
        }
        (_, Kind::Duration(a), Kind::Duration(b))
        | (Binary::Multiply, Kind::Duration(a), Kind::Int(b))
        | (Binary::Multiply, Kind::Int(a), Kind::Duration(b)) => {
            integers(operator, *a, *b).map(Kind::Duration)
        }
        (Binary::Multiply, Kind::Duration(length), Kind::Float(factor))
        | (Binary::Multiply, Kind::Float(factor), Kind::Duration(length)) => {
            Some(Kind::Float(*length as f64 * factor))
        }
        (Binary::Add, Kind::Time(time), Kind::Duration(length))
        | (Binary::Add, Kind::Duration(length), Kind::Time(time)) => Some(moved(time.add(*length))?),
        (Binary::Subtract, Kind::Time(time), Kind::Duration(length)) => {
            Some(moved(time.add(length.wrapping_neg()))?)
        }
        (Binary::Subtract, Kind::Time(a), Kind::Time(b)) => Some(Kind::Duration(a.since(b))),
        _ => None,
    };
    let kind = found.ok_or_else(|| mismatch(operator, a, b))?;
    Ok(Value::new(kind).with_taint(&a.taint).with_taint(&b.taint))
}

/// The operator `+`, which also joins strings.
pub(crate) fn add(a: &Value, b: &Value, meter: &mut Meter) -> Outcome<Value> {
    let (Kind::Str(left), Kind::Str(right)) = (&a.kind, &b.kind) else {
        return arithmetic(Binary::Add, a, b);
    };
    meter.text(left.len() + right.len())?;
    let mut joined = String::with_capacity(left.len() + right.len());
    joined.push_str(left);
    joined.push_str(right);
    Ok(Value::from(joined).with_taint(&a.taint).with_taint(&b.taint))
}

fn mismatch(operator: Binary, a: &Value, b: &Value) -> Fault {
    let message = format!("`{}` does not work on {} and {}", operator.symbol(), a.type_name(), b.type_name());
    let fault = Fault::runtime(message);
    match (operator, &a.kind, &b.kind) {
        (Binary::Modulo, Kind::Float(_), _) | (Binary::Modulo, _, Kind::Float(_)) => {
            fault.with_hint("numbers from variables and outputs are floats; make them whole with int(x)")
        }
        (Binary::Add, Kind::Str(_), Kind::Int(_) | Kind::Float(_))
        | (Binary::Add, Kind::Int(_) | Kind::Float(_), Kind::Str(_)) => {
            fault.with_hint("string(x) makes text of a number, int(x) a number of text")
        }
        (_, Kind::Nil, _) | (_, _, Kind::Nil) => fault.with_hint("`x ?? default` replaces nil"),
        _ => fault,
    }
}

fn moved(time: Option<crate::go::time::Time>) -> Outcome<Kind> {
    time.map(|time| Value::of_time(time).kind)
        .ok_or_else(|| Fault::runtime("the resulting time is out of range"))
}

/// The caller has seen to it that nothing is divided by zero.
fn integers(operator: Binary, a: i64, b: i64) -> Option<i64> {
    match operator {
        Binary::Add => Some(a.wrapping_add(b)),
        Binary::Subtract => Some(a.wrapping_sub(b)),
        Binary::Multiply => Some(a.wrapping_mul(b)),
        Binary::Modulo => Some(a.wrapping_rem(b)),
        _ => None,
    }
}

fn floats(a: &Value, b: &Value) -> Option<(f64, f64)> {
    Some((a.as_f64()?, b.as_f64()?))
}

fn float(operator: Binary, a: f64, b: f64) -> Option<f64> {
    match operator {
        Binary::Add => Some(a + b),
        Binary::Subtract => Some(a - b),
        Binary::Multiply => Some(a * b),
        _ => None,
    }
}

/// `math.Pow`: the whole part of the exponent by repeated squaring, the rest by logarithm, which decides the
/// last digit.
fn power(base: f64, exponent: f64) -> f64 {
    const LARGEST_COUNTED: f64 = (1u64 << 53) as f64;
    if exponent.abs() == 0.5 || exponent.abs() >= LARGEST_COUNTED || !base.is_finite() || base == 0.0 {
        return base.powf(exponent);
    }
    let (mut whole, mut part) = (exponent.abs().trunc(), exponent.abs().fract());
    if part > 0.5 {
        (whole, part) = (whole + 1.0, part - 1.0);
    }
    let mut result = if part == 0.0 { 1.0 } else { (part * base.ln()).exp() };
    let mut square = base;
    let mut left = whole as u64;
    while left != 0 {
        if left & 1 == 1 {
            result *= square;
        }
        square *= square;
        left >>= 1;
    }
    let result = if exponent < 0.0 { 1.0 / result } else { result };
    // Where a step on the way left the range of normal numbers, the machine does better.
    if result.is_normal() { result } else { base.powf(exponent) }
}

/// The operator `-` before a value.
pub(crate) fn negate(value: &Value) -> Outcome<Value> {
    let kind = match value.kind {
        Kind::Int(number) => Kind::Int(number.wrapping_neg()),
        Kind::Uint(number) => Kind::Uint(number.negated()),
        Kind::Float(number) => Kind::Float(-number),
        _ => return Err(Fault::runtime(format!("`-` does not work on {}", value.type_name()))),
    };
    Ok(Value::new(kind).with_taint(&value.taint))
}

/// A number as an integer: fractions are cut off.
pub(crate) fn to_int(value: &Value) -> Outcome<i64> {
    match value.kind {
        Kind::Int(number) => Ok(number),
        Kind::Uint(number) => Ok(number.signed()),
        Kind::Float(number) => Ok(float_to_int(number)),
        _ => Err(Fault::runtime(format!("a number was expected, not {}", value.type_name()))),
    }
}

/// A float with its fraction cut off. What does not fit becomes the least integer, as on the machines Kargo
/// runs on.
pub(crate) fn float_to_int(number: f64) -> i64 {
    const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;
    if (-TWO_TO_63..TWO_TO_63).contains(&number) { number as i64 } else { i64::MIN }
}

/// `a..b`, both ends included; empty if `b` is less than `a`.
pub(crate) fn range(a: &Value, b: &Value, meter: &mut Meter) -> Outcome<Value> {
    let (from, to) = (to_int(a)?, to_int(b)?);
    let count = usize::try_from((i128::from(to) - i128::from(from) + 1).max(0)).unwrap_or(usize::MAX);
    meter.elements(count)?;
    let mut taint = a.taint.clone();
    taint.join(&b.taint);
    let items = (from..=to).map(|number| Value::from(number).with_taint(&taint)).collect();
    Ok(Value::list_of(ListType::Ints, items))
}
