//! Strings: trimming, splitting, joining, searching. Indices and lengths in them count bytes, as in Go.

use super::{Builtin, Call, TaintRule};
use crate::budget::Meter;
use crate::compile::types::Type;
use crate::error::{Fault, Outcome};
use crate::go::text;
use crate::signature::Param::{Int, List, Str, Strings};
use crate::signature::check_overloads;
use crate::value::{ListType, Value};

const fn function(
    name: &'static str,
    check: fn(&[Type]) -> Result<Type, String>,
    run: fn(&mut Call<'_>) -> Outcome<Value>,
) -> Builtin {
    Builtin { name, check, taint: TaintRule::Joins, run }
}

const fn test(name: &'static str, run: fn(&mut Call<'_>) -> Outcome<Value>) -> Builtin {
    Builtin { name, check: |args| typed(args, &[&[Str, Str]], Type::Bool), taint: TaintRule::Clears, run }
}

fn typed(args: &[Type], overloads: &[&[crate::signature::Param]], result: Type) -> Result<Type, String> {
    check_overloads(overloads, args).map(|()| result)
}

fn split_type(args: &[Type]) -> Result<Type, String> {
    typed(args, &[&[Str, Str], &[Str, Str, Int]], Type::strings())
}

fn trim_type(args: &[Type]) -> Result<Type, String> {
    typed(args, &[&[Str], &[Str, Str]], Type::Str)
}

pub(super) static FUNCTIONS: [Builtin; 14] = [
    function("trim", trim_type, |call| {
        let text = call.text(0)?;
        let trimmed = match call.args.len() {
            1 => text.trim(),
            _ => {
                let set = call.text(1)?;
                call.meter.steps(text.len() as u64 / 8 * (1 + set.len() as u64 / 8))?;
                text.trim_matches(|c| set.contains(c))
            }
        };
        owned(call.meter, trimmed)
    }),
    function("trimPrefix", trim_type, |call| {
        let (text, prefix) = (call.text(0)?, affix(call)?);
        owned(call.meter, text.strip_prefix(prefix).unwrap_or(text))
    }),
    function("trimSuffix", trim_type, |call| {
        let (text, suffix) = (call.text(0)?, affix(call)?);
        owned(call.meter, text.strip_suffix(suffix).unwrap_or(text))
    }),
    function("upper", |args| typed(args, &[&[Str]], Type::Str), |call| mapped(call, text::to_upper)),
    function("lower", |args| typed(args, &[&[Str]], Type::Str), |call| mapped(call, text::to_lower)),
    function("split", split_type, |call| split(call, false)),
    function("splitAfter", split_type, |call| split(call, true)),
    function("replace", |args| typed(args, &[&[Str, Str, Str], &[Str, Str, Str, Int]], Type::Str), replace),
    function("repeat", |args| typed(args, &[&[Str, Int]], Type::Str), repeat),
    function(
        "join",
        |args| typed(args, &[&[Strings, Str], &[List, Str], &[List], &[Strings]], Type::Str),
        join,
    ),
    function(
        "indexOf",
        |args| typed(args, &[&[Str, Str]], Type::Int),
        |call| {
            let (text, part) = searched(call)?;
            Ok(position(text.find(part)))
        },
    ),
    function(
        "lastIndexOf",
        |args| typed(args, &[&[Str, Str]], Type::Int),
        |call| {
            let (text, part) = searched(call)?;
            Ok(position(text.rfind(part)))
        },
    ),
    test("hasPrefix", |call| {
        let (text, part) = searched(call)?;
        Ok(text.starts_with(part).into())
    }),
    test("hasSuffix", |call| {
        let (text, part) = searched(call)?;
        Ok(text.ends_with(part).into())
    }),
];

fn owned(meter: &mut Meter, text: &str) -> Outcome<Value> {
    meter.text(text.len())?;
    Ok(text.into())
}

/// What to cut off: a space, if nothing is given.
fn affix<'a>(call: &Call<'a>) -> Outcome<&'a str> {
    if call.args.len() < 2 { Ok(" ") } else { call.text(1) }
}

fn mapped(call: &mut Call<'_>, map: fn(&str) -> String) -> Outcome<Value> {
    let text = call.text(0)?;
    // Some letters take more bytes in the other case.
    call.meter.text(text.len() * 2)?;
    Ok(map(text).into())
}

fn searched<'a>(call: &mut Call<'a>) -> Outcome<(&'a str, &'a str)> {
    let (text, part) = (call.text(0)?, call.text(1)?);
    call.meter.scan(text.len())?;
    Ok((text, part))
}

fn position(found: Option<usize>) -> Value {
    Value::from(found.map_or(-1, |at| at as i64))
}

/// `split` and `splitAfter`, which keeps the separators. With a count of n, at most n parts; with 0, none.
fn split(call: &mut Call<'_>, keep_separator: bool) -> Outcome<Value> {
    let (text, separator) = (call.text(0)?, call.text(1)?);
    let limit = if call.args.len() > 2 { call.int(2)? } else { -1 };
    if limit == 0 {
        return Ok(Value::nil_list(ListType::Strings));
    }
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    call.meter.text(text.len())?;
    let mut parts: Vec<Value> = Vec::new();
    let mut rest = text;
    while parts.len() + 1 < limit {
        let found = match separator {
            "" => rest.chars().next().filter(|c| c.len_utf8() < rest.len()).map(|c| (c.len_utf8(), 0)),
            _ => rest.find(separator).map(|at| (at, separator.len())),
        };
        let Some((at, separator_length)) = found else { break };
        call.meter.values(1)?;
        call.meter.steps(1)?;
        parts.push(rest[..if keep_separator { at + separator_length } else { at }].into());
        rest = &rest[at + separator_length..];
    }
    if !(separator.is_empty() && rest.is_empty()) {
        parts.push(rest.into());
    }
    Ok(Value::list_of(ListType::Strings, parts))
}

fn replace(call: &mut Call<'_>) -> Outcome<Value> {
    let (text, old, new) = (call.text(0)?, call.text(1)?, call.text(2)?);
    let limit = if call.args.len() > 3 { call.int(3)? } else { -1 };
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    call.meter.scan(text.len())?;
    let count = text.matches(old).take(limit).count();
    call.meter.text(text.len().saturating_add(count.saturating_mul(new.len())))?;
    Ok(text.replacen(old, new, limit).into())
}

fn repeat(call: &mut Call<'_>) -> Outcome<Value> {
    const MAX_COUNT: i64 = 1_000_000;
    let (text, count) = (call.text(0)?, call.int(1)?);
    if count < 0 {
        return Err(Fault::runtime(format!("cannot repeat {count} times")));
    }
    if count > MAX_COUNT {
        return Err(Fault::budget(format!("repeat() repeats at most {MAX_COUNT} times")));
    }
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let length = text.len().saturating_mul(count);
    call.meter.count_elements(length)?;
    call.meter.text(length)?;
    Ok(text.repeat(count).into())
}

fn join(call: &mut Call<'_>) -> Outcome<Value> {
    let list = call.list(0)?;
    let glue = if call.args.len() > 1 { call.text(1)? } else { "" };
    if !matches!(list.list_type(), ListType::Any | ListType::Strings) {
        return Err(not_strings());
    }
    let mut joined = String::new();
    for (index, item) in list.items().iter().enumerate() {
        let text = item.as_str().ok_or_else(not_strings)?;
        call.meter.text(text.len() + glue.len())?;
        if index > 0 {
            joined.push_str(glue);
        }
        joined.push_str(text);
    }
    Ok(joined.into())
}

fn not_strings() -> Fault {
    Fault::runtime("joins strings only").with_hint("make strings first: join(map(list, string(#)), \",\")")
}
