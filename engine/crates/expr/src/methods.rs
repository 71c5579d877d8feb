//! The methods of times, durations, months, weekdays and zones: their signatures, and what they do.

mod date;
mod length;

use crate::compile::types::Type;
use crate::error::{Fault, Outcome};
use crate::signature::{Param, check_args};
use crate::value::{Kind, Value};

/// A method as the checker sees it.
struct Method {
    name: &'static str,
    params: &'static [Param],
    returns: Type,
}

const fn method(name: &'static str, params: &'static [Param], returns: Type) -> Method {
    Method { name, params, returns }
}

/// The methods of values that are shown by a name.
static NAMED: [Method; 1] = [method("String", &[], Type::Str)];
static NAMED_NAMES: [&str; 1] = ["String"];

fn methods(receiver: &Type) -> &'static [Method] {
    match receiver {
        Type::Time => &date::METHODS,
        Type::Duration => &length::METHODS,
        Type::Month | Type::Weekday | Type::Zone => &NAMED,
        _ => &[],
    }
}

/// The names of the methods that values of a type have.
pub(crate) fn names(receiver: &Type) -> &'static [&'static str] {
    match receiver {
        Type::Time => &date::NAMES,
        Type::Duration => &length::NAMES,
        Type::Month | Type::Weekday | Type::Zone => &NAMED_NAMES,
        _ => &[],
    }
}

/// The type that a call gives; the error says why the arguments do not fit.
pub(crate) fn check(receiver: &Type, name: &str, args: &[Type]) -> Result<Type, String> {
    let method = methods(receiver).iter().find(|method| method.name == name);
    let method = method.ok_or_else(|| format!("a {receiver} has no method `{name}`"))?;
    check_args(method.params, args).map_err(|message| format!("{name}() {message}"))?;
    Ok(method.returns.clone())
}

/// The static type of a value that has methods, or Unknown.
fn type_of(value: &Value) -> Type {
    match &value.kind {
        Kind::Time(_) => Type::Time,
        Kind::Duration(_) => Type::Duration,
        Kind::Calendar(crate::go::time::Calendar::Month(_)) => Type::Month,
        Kind::Calendar(crate::go::time::Calendar::Weekday(_)) => Type::Weekday,
        Kind::Zone(_) => Type::Zone,
        _ => Type::Unknown,
    }
}

/// Whether a value has a method of this name.
pub(crate) fn has(value: &Value, name: &str) -> bool {
    match &value.kind {
        Kind::Object(object) => object.has_method(name),
        _ => names(&type_of(value)).contains(&name),
    }
}

/// Calls a method that [`has`] knows.
pub(crate) fn call(receiver: &Value, name: &str, args: &[Value]) -> Outcome<Value> {
    let unknown = || Fault::runtime(format!("a {} has no method `{name}`", receiver.type_name()));
    match &receiver.kind {
        Kind::Object(object) => object.call(name, args).ok_or_else(unknown)?.map_err(Fault::from),
        Kind::Time(time) => date::call(time, name, args),
        Kind::Duration(nanoseconds) => length::call(*nanoseconds, name, args),
        Kind::Calendar(_) | Kind::Zone(_) if args.is_empty() && name == "String" => {
            Ok(receiver.print().into())
        }
        _ => Err(unknown()),
    }
}

/// The error for arguments that a method cannot take.
fn bad_args(name: &str) -> Fault {
    Fault::runtime(format!("{name}() does not take these arguments"))
}
