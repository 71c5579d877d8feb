//! The functions of the language, one file a family. Each has a static check, a rule for taints, and a body.

mod aggregate;
mod collections;
mod conversion;
mod dates;
mod encoding;
mod numbers;
mod pairs;
mod quoting;
mod strings;

use jiff::Timestamp;

use crate::budget::Meter;
use crate::compile::types::Type;
use crate::error::{ErrorClass, Fault, FunctionError, Outcome};
use crate::syntax::ast::Loop;
use crate::value::{Kind, List, Value};

/// Which functions there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// An expression by itself.
    Plain,
    /// An expression in a template, which may quote its result.
    Template,
}

/// A function of the language.
#[derive(Debug)]
pub(crate) struct Builtin {
    pub(crate) name: &'static str,
    /// The type it gives for arguments of these types; the error goes on from its name.
    pub(crate) check: fn(&[Type]) -> Result<Type, String>,
    pub(crate) taint: TaintRule,
    pub(crate) run: fn(&mut Call<'_>) -> Outcome<Value>,
}

/// What of the arguments' taints the result takes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TaintRule {
    /// All: the result is computed from everything in the arguments.
    Joins,
    /// Those of the arguments as such: what is in a list or map keeps its own.
    Keeps,
    /// None: the result is a boolean of a comparison, or a length.
    Clears,
}

/// One call.
pub(crate) struct Call<'a> {
    pub(crate) args: &'a [Value],
    pub(crate) meter: &'a mut Meter,
    pub(crate) now: Timestamp,
}

impl Builtin {
    /// An error of the body with the function's name before it.
    pub(crate) fn explain(&self, fault: Fault) -> Fault {
        if fault.class() == ErrorClass::Budget {
            return fault;
        }
        let FunctionError { message, hint } = fault.into_parts();
        FunctionError { message: format!("{}(): {message}", self.name), hint }.into()
    }
}

fn families() -> impl Iterator<Item = &'static Builtin> {
    let families: [&'static [Builtin]; 8] = [
        &strings::FUNCTIONS,
        &collections::FUNCTIONS,
        &pairs::FUNCTIONS,
        &aggregate::FUNCTIONS,
        &numbers::FUNCTIONS,
        &conversion::FUNCTIONS,
        &encoding::FUNCTIONS,
        &dates::FUNCTIONS,
    ];
    families.into_iter().flatten()
}

/// The function of this name, those that run an expression for each element left out.
pub(crate) fn find(name: &str, dialect: Dialect) -> Option<&'static Builtin> {
    let quoting = if dialect == Dialect::Template { &quoting::FUNCTIONS[..] } else { &[] };
    families().chain(quoting).find(|builtin| builtin.name == name)
}

/// The names of all functions, for hints.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    families().chain(&quoting::FUNCTIONS).map(|builtin| builtin.name).chain(Loop::names())
}

impl<'a> Call<'a> {
    /// The argument at `index`, nil if there is none.
    fn arg(&self, index: usize) -> &'a Value {
        static NIL: Value = Value::NIL;
        self.args.get(index).unwrap_or(&NIL)
    }

    fn text(&self, index: usize) -> Outcome<&'a str> {
        let arg = self.arg(index);
        arg.as_str().ok_or_else(|| {
            let fault =
                Fault::runtime(format!("needs a string as argument {}, not {}", index + 1, arg.type_name()));
            if arg.is_nil() { fault.with_hint("`x ?? \"\"` replaces nil") } else { fault }
        })
    }

    fn list(&self, index: usize) -> Outcome<&'a List> {
        let arg = self.arg(index);
        match &arg.kind {
            Kind::List(list) => Ok(list),
            _ => {
                let fault = Fault::runtime(format!("needs a list, not {}", arg.type_name()));
                Err(if arg.is_nil() { fault.with_hint("`list ?? []` replaces nil") } else { fault })
            }
        }
    }

    /// A number of any type as an integer.
    fn int(&self, index: usize) -> Outcome<i64> {
        let arg = self.arg(index);
        crate::ops::to_int(arg).map_err(|_| {
            Fault::runtime(format!("needs a number as argument {}, not {}", index + 1, arg.type_name()))
        })
    }
}

/// The check of a function with exactly one argument of any type that `accepts` takes, or an unknown one.
fn one(
    args: &[Type],
    accepts: fn(&Type) -> bool,
    result: impl FnOnce(&Type) -> Type,
) -> Result<Type, String> {
    match args {
        [arg] if arg.is_unknown() || accepts(arg) => Ok(result(arg)),
        [arg] => Err(format!("does not take {arg}")),
        _ => Err(crate::signature::wrong_count(1, 1, args.len())),
    }
}
