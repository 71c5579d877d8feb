//! Single numbers: rounding, and bits.

use super::{Builtin, Call, TaintRule, one};
use crate::compile::types::Type;
use crate::error::{Fault, Outcome};
use crate::signature::{Param, check_args};
use crate::value::{Kind, Value};

const fn function(
    name: &'static str,
    check: fn(&[Type]) -> Result<Type, String>,
    run: fn(&mut Call<'_>) -> Outcome<Value>,
) -> Builtin {
    Builtin { name, check, taint: TaintRule::Joins, run }
}

/// What has a number's kind in Go; that some of it is refused when evaluated is so there too.
fn is_numeric(arg: &Type) -> bool {
    arg.is_number() || matches!(arg, Type::Duration | Type::Month | Type::Weekday)
}

fn rounded(args: &[Type]) -> Result<Type, String> {
    one(args, is_numeric, |_| Type::Float)
}

const fn bits(name: &'static str, run: fn(&mut Call<'_>) -> Outcome<Value>) -> Builtin {
    function(name, |args| check_args(&[Param::Int, Param::Int], args).map(|()| Type::Int), run)
}

pub(super) static FUNCTIONS: [Builtin; 12] = [
    function(
        "abs",
        |args| one(args, is_numeric, Type::clone),
        |call| {
            Ok(match call.arg(0).kind {
                Kind::Int(number) => Value::from(number.wrapping_abs()),
                Kind::Float(number) => Value::from(if number < 0.0 { -number } else { number }),
                Kind::Uint(number) => Value::new(Kind::Uint(number)),
                _ => return Err(no_number(call)),
            })
        },
    ),
    function("ceil", rounded, |call| round(call, f64::ceil)),
    function("floor", rounded, |call| round(call, f64::floor)),
    function("round", rounded, |call| round(call, f64::round)),
    bits("bitand", |call| both(call, |x, y| Ok(x & y))),
    bits("bitor", |call| both(call, |x, y| Ok(x | y))),
    bits("bitxor", |call| both(call, |x, y| Ok(x ^ y))),
    bits("bitnand", |call| both(call, |x, y| Ok(x & !y))),
    bits("bitshl", |call| both(call, |x, y| Ok(x.checked_shl(shift(y)?).unwrap_or(0)))),
    bits("bitshr", |call| both(call, |x, y| Ok(x >> shift(y)?.min(63)))),
    bits("bitushr", |call| {
        both(call, |x, y| Ok(x.cast_unsigned().checked_shr(shift(y)?).unwrap_or(0).cast_signed()))
    }),
    function(
        "bitnot",
        |args| check_args(&[Param::Int], args).map(|()| Type::Int),
        |call| Ok(Value::from(!integer(call.arg(0))?)),
    ),
];

fn no_number(call: &Call<'_>) -> Fault {
    Fault::runtime(format!("needs a number, not {}", call.arg(0).type_name()))
}

fn round(call: &Call<'_>, round: fn(f64) -> f64) -> Outcome<Value> {
    call.arg(0).as_f64().map(|number| Value::from(round(number))).ok_or_else(|| no_number(call))
}

fn both(call: &Call<'_>, compute: fn(i64, i64) -> Outcome<i64>) -> Outcome<Value> {
    compute(integer(call.arg(0))?, integer(call.arg(1))?).map(Value::from)
}

fn integer(value: &Value) -> Outcome<i64> {
    value.as_int().ok_or_else(|| {
        let fault = Fault::runtime(format!("needs an int, not {}", value.type_name()));
        fault.with_hint("numbers from variables and outputs are floats; make them whole with int(x)")
    })
}

/// By how much to shift; more than all bits is as good as all.
fn shift(count: i64) -> Outcome<u32> {
    if count < 0 {
        return Err(Fault::runtime(format!("cannot shift by {count}")));
    }
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}
