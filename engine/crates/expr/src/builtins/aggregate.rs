//! Numbers out of many numbers: the least, the greatest, the mean, the median. Lists among them are gone
//! through.

use std::cmp::Ordering;

use super::{Builtin, Call, TaintRule};
use crate::budget::Meter;
use crate::compile::types::Type;
use crate::error::{Fault, Outcome};
use crate::ops;
use crate::value::{Kind, ListType, Value};

const fn function(name: &'static str, run: fn(&mut Call<'_>) -> Outcome<Value>) -> Builtin {
    Builtin { name, check, taint: TaintRule::Joins, run }
}

pub(super) static FUNCTIONS: [Builtin; 4] = [
    function("max", |call| Ok(extreme(call.args, ops::is_less, call.meter)?.unwrap_or_default())),
    function("min", |call| {
        Ok(extreme(call.args, |a, b, meter| ops::is_less(b, a, meter), call.meter)?.unwrap_or_default())
    }),
    function("mean", |call| {
        let (count, sum) = total(call.args, call.meter)?;
        Ok(Value::from(if count == 0 { 0.0 } else { sum / count as f64 }))
    }),
    function("median", |call| {
        let mut numbers = Vec::new();
        collect(call.args, &mut numbers, call.meter)?;
        Ok(Value::from(median(numbers)))
    }),
];

/// As far as the first list or unknown value, all must be numbers; then nothing is known.
fn check(args: &[Type]) -> Result<Type, String> {
    for arg in args {
        match arg {
            Type::Unknown | Type::List(..) => return Ok(Type::Unknown),
            Type::Duration | Type::Month | Type::Weekday => {}
            number if number.is_number() => {}
            other => return Err(format!("does not take {other}")),
        }
    }
    args.first().cloned().ok_or_else(|| "takes at least 1 argument".to_owned())
}

fn refused(value: &Value) -> Fault {
    Fault::runtime(format!("takes numbers, not {}", value.type_name()))
}

type IsBetter = fn(&Value, &Value, &mut Meter) -> Outcome<bool>;

/// The value that no other is better than, or None if there are no numbers. Nesting is bounded by the depth
/// of values.
fn extreme(args: &[Value], is_better: IsBetter, meter: &mut Meter) -> Outcome<Option<Value>> {
    let mut best: Option<Value> = None;
    for arg in args {
        meter.steps(1)?;
        let candidate = match &arg.kind {
            Kind::List(list) => {
                let mut inner = None;
                for item in list.items() {
                    meter.steps(1)?;
                    let candidate = match &item.kind {
                        Kind::Int(_) | Kind::Uint(_) | Kind::Float(_) => Some(item.clone()),
                        Kind::List(_) => extreme(std::slice::from_ref(item), is_better, meter)?,
                        _ => return Err(refused(item)),
                    };
                    // In a list of any values, an empty list counts for nothing; in others it is an error.
                    if candidate.is_none() && list.list_type() != ListType::Any {
                        return Err(refused(item));
                    }
                    inner = better(inner, candidate, is_better, meter)?;
                }
                inner
            }
            Kind::Int(_) | Kind::Uint(_) | Kind::Float(_) | Kind::Duration(_) | Kind::Calendar(_) => {
                Some(arg.clone())
            }
            _ if args.len() == 1 => return Ok(Some(arg.clone())),
            _ => return Err(refused(arg)),
        };
        best = better(best, candidate, is_better, meter)?;
    }
    Ok(best)
}

fn better(
    best: Option<Value>,
    candidate: Option<Value>,
    is_better: IsBetter,
    meter: &mut Meter,
) -> Outcome<Option<Value>> {
    Ok(match (best, candidate) {
        (Some(best), Some(candidate)) => {
            Some(if is_better(&best, &candidate, meter)? { candidate } else { best })
        }
        (best, candidate) => best.or(candidate),
    })
}

/// What a value counts as; durations and months are numbers here.
fn number(value: &Value) -> Option<f64> {
    match &value.kind {
        Kind::Int(number) | Kind::Duration(number) => Some(*number as f64),
        Kind::Uint(number) => Some(number.get() as f64),
        Kind::Float(number) => Some(*number),
        Kind::Calendar(calendar) => Some(calendar.number() as f64),
        _ => None,
    }
}

/// How many numbers there are and what they add up to, list by list, as expr-lang adds them.
fn total(values: &[Value], meter: &mut Meter) -> Outcome<(usize, f64)> {
    let (mut count, mut sum) = (0, 0.0);
    for value in values {
        meter.steps(1)?;
        let (inner_count, inner_sum) = match (value.as_list(), number(value)) {
            (Some(items), _) => total(items, meter)?,
            (None, Some(number)) => (1, number),
            (None, None) => return Err(refused(value)),
        };
        count += inner_count;
        sum += inner_sum;
    }
    Ok((count, sum))
}

fn collect(values: &[Value], numbers: &mut Vec<f64>, meter: &mut Meter) -> Outcome<()> {
    for value in values {
        meter.values(1)?;
        meter.steps(1)?;
        match (value.as_list(), number(value)) {
            (Some(items), _) => collect(items, numbers, meter)?,
            (None, Some(number)) => numbers.push(number),
            (None, None) => return Err(refused(value)),
        }
    }
    Ok(())
}

fn median(mut numbers: Vec<f64>) -> f64 {
    // NaN comes first, as Go sorts it.
    numbers.sort_by(|a, b| {
        a.partial_cmp(b).unwrap_or_else(|| match (a.is_nan(), b.is_nan()) {
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            _ => Ordering::Equal,
        })
    });
    let middle = numbers.len() / 2;
    match numbers.len() {
        0 => 0.0,
        length if length % 2 == 1 => numbers[middle],
        _ => (numbers[middle - 1] + numbers[middle]) / 2.0,
    }
}
