//! What functions and methods take: the static check of their arguments.

use crate::compile::types::{Slice, Type};

/// What an argument must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Param {
    Any,
    Str,
    Int,
    /// A list of any values.
    List,
    /// A list of strings, as `split` makes it.
    Strings,
    Time,
    Duration,
    Zone,
}

impl Param {
    fn accepts(self, arg: &Type) -> bool {
        matches!(
            (self, arg),
            (Self::Any, _)
                | (_, Type::Unknown)
                | (Self::Str, Type::Str)
                | (Self::Int, Type::Int | Type::Byte)
                | (Self::List, Type::List(Slice::Any, _))
                | (Self::Strings, Type::List(Slice::Strings, _))
                | (Self::Time, Type::Time)
                | (Self::Duration, Type::Duration)
                | (Self::Zone, Type::Zone)
        )
    }

    fn name(self) -> &'static str {
        match self {
            Self::Any => "any value",
            Self::Str => "a string",
            Self::Int => "an int",
            Self::List => "a list",
            Self::Strings => "a list of strings",
            Self::Time => "a time",
            Self::Duration => "a duration",
            Self::Zone => "a timezone",
        }
    }
}

/// Checks arguments against parameters; the error goes on from the name of the function.
pub(crate) fn check_args(params: &[Param], args: &[Type]) -> Result<(), String> {
    if params.len() != args.len() {
        return Err(wrong_count(params.len(), params.len(), args.len()));
    }
    for (index, (param, arg)) in params.iter().zip(args).enumerate() {
        if !param.accepts(arg) {
            return Err(format!("takes {} as argument {}, not {arg}", param.name(), index + 1));
        }
    }
    Ok(())
}

/// Checks arguments against several lists of parameters, of which one must fit.
pub(crate) fn check_overloads(overloads: &[&[Param]], args: &[Type]) -> Result<(), String> {
    let mut fitting_count = overloads.iter().filter(|params| params.len() == args.len()).peekable();
    if fitting_count.peek().is_none() {
        let counts = || overloads.iter().map(|params| params.len());
        return Err(wrong_count(counts().min().unwrap_or(0), counts().max().unwrap_or(0), args.len()));
    }
    let mut last = Ok(());
    for params in fitting_count {
        last = check_args(params, args);
        if last.is_ok() {
            break;
        }
    }
    last
}

/// The error for `found` arguments where `least` to `most` are taken.
pub(crate) fn wrong_count(least: usize, most: usize, found: usize) -> String {
    let plural = |count: usize| if count == 1 { "argument" } else { "arguments" };
    if least == most {
        format!("takes {least} {}, not {found}", plural(least))
    } else {
        format!("takes {least} to {most} arguments, not {found}")
    }
}
