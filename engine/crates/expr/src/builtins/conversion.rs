//! From one type to another, and the name of a type.

use super::{Builtin, Call, TaintRule, one};
use crate::compile::types::Type;
use crate::error::{Fault, Outcome};
use crate::go::float;
use crate::go::time::Calendar;
use crate::ops;
use crate::signature::{Param, check_args};
use crate::suggest::clip;
use crate::value::{Kind, Value};

fn of_number_or_text(args: &[Type], result: Type) -> Result<Type, String> {
    let accepts = |arg: &Type| {
        arg.is_number() || matches!(arg, Type::Str | Type::Duration | Type::Month | Type::Weekday)
    };
    one(args, accepts, |_| result)
}

fn of_any(args: &[Type]) -> Result<Type, String> {
    check_args(&[Param::Any], args).map(|()| Type::Str)
}

pub(super) static FUNCTIONS: [Builtin; 4] = [
    Builtin {
        name: "int",
        check: |args| of_number_or_text(args, Type::Int),
        taint: TaintRule::Joins,
        run: int,
    },
    Builtin {
        name: "float",
        check: |args| of_number_or_text(args, Type::Float),
        taint: TaintRule::Joins,
        run: float,
    },
    Builtin {
        name: "string",
        check: of_any,
        taint: TaintRule::Joins,
        run: |call| {
            let value = call.arg(0);
            if let Kind::Str(text) = &value.kind {
                return Ok(Value::from(text.clone()));
            }
            call.meter.text(value.contents().map_or(0, |contents| contents.size))?;
            Ok(Value::from(value.print()))
        },
    },
    Builtin {
        name: "type",
        check: of_any,
        taint: TaintRule::Clears,
        run: |call| Ok(type_of(call.arg(0)).into()),
    },
];

fn int(call: &mut Call<'_>) -> Outcome<Value> {
    let value = call.arg(0);
    Ok(Value::from(match &value.kind {
        Kind::Int(number) | Kind::Duration(number) => *number,
        Kind::Uint(number) => number.signed(),
        Kind::Float(number) => ops::float_to_int(*number),
        Kind::Calendar(calendar) => calendar.number(),
        Kind::Str(text) => text
            .parse()
            .map_err(|_| Fault::runtime(format!("needs a whole number, not \"{}\"", clip(text))))?,
        _ => return Err(Fault::runtime(format!("does not take {}", value.type_name()))),
    }))
}

fn float(call: &mut Call<'_>) -> Outcome<Value> {
    let value = call.arg(0);
    let number = match &value.kind {
        Kind::Str(text) => {
            call.meter.scan(text.len())?;
            float::parse(text)
                .ok_or_else(|| Fault::runtime(format!("needs a number, not \"{}\"", clip(text))))?
        }
        _ => value.as_f64().ok_or_else(|| Fault::runtime(format!("does not take {}", value.type_name())))?,
    };
    Ok(Value::from(number))
}

/// The name of a value's type as expr-lang gives it: its own words for simple types, Go's names for others.
fn type_of(value: &Value) -> &str {
    match &value.kind {
        Kind::Uint(_) => "uint",
        Kind::Time(_) => "time.Time",
        Kind::Duration(_) => "time.Duration",
        Kind::Calendar(Calendar::Month(_)) => "time.Month",
        Kind::Calendar(Calendar::Weekday(_)) => "time.Weekday",
        Kind::Zone(_) => "time.Location",
        Kind::Function(_) => "func",
        _ => value.type_name(),
    }
}
