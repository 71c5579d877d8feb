//! The functions that templates have besides: they keep text from being read as a number, boolean or JSON, by
//! putting it in the quotes that coercion takes off again.

use super::{Builtin, Call, TaintRule};
use crate::compile::types::Type;
use crate::error::Outcome;
use crate::go;
use crate::json::encode::{Layout, encode};
use crate::signature::{Param, check_args};
use crate::value::Value;
use crate::yaml;

const fn function(name: &'static str, run: fn(&mut Call<'_>) -> Outcome<Value>) -> Builtin {
    Builtin {
        name,
        check: |args| check_args(&[Param::Any], args).map(|()| Type::Str),
        taint: TaintRule::Joins,
        run,
    }
}

pub(super) static FUNCTIONS: [Builtin; 4] = [
    function("quote", |call| match call.arg(0).as_str() {
        Some(text) => {
            // The longest escape of one byte takes four.
            call.meter.text(text.len() * 4)?;
            Ok(go::quote::quote(text).into())
        }
        None => in_quotes(call),
    }),
    function("unsafeQuote", in_quotes),
    function("asJSON", |call| {
        let json = encode(call.arg(0), Layout::Indented, call.meter)?.text;
        Ok(format!("\"{json}\n\"").into())
    }),
    function("asYAML", |call| {
        let yaml = yaml::emit(call.arg(0), call.meter)?;
        Ok(format!("\"{yaml}\"").into())
    }),
];

fn in_quotes(call: &mut Call<'_>) -> Outcome<Value> {
    let json = encode(call.arg(0), Layout::Compact, call.meter)?.text;
    Ok(format!("\"{json}\"").into())
}
