//! Lists, and what else has a length.

use super::{Builtin, Call, TaintRule, one};
use crate::budget::{MAX_VALUE_DEPTH, too_deep};
use crate::compile::types::{Slice, Type};
use crate::error::{Fault, Outcome};
use crate::ops;
use crate::signature::{Param, check_overloads, wrong_count};
use crate::sort;
use crate::value::{Kind, List, ListType, TableKey, Value};

const fn keeps(
    name: &'static str,
    check: fn(&[Type]) -> Result<Type, String>,
    run: fn(&mut Call<'_>) -> Outcome<Value>,
) -> Builtin {
    Builtin { name, check, taint: TaintRule::Keeps, run }
}

fn end_type(args: &[Type]) -> Result<Type, String> {
    one(args, Type::is_list, Type::declared_element)
}

fn list_type(args: &[Type]) -> Result<Type, String> {
    one(args, Type::is_list, |_| Type::any_list())
}

pub(super) static FUNCTIONS: [Builtin; 10] = [
    Builtin {
        name: "len",
        check: |args| one(args, |arg| arg.is_list() || arg.is_map() || *arg == Type::Str, |_| Type::Int),
        taint: TaintRule::Clears,
        run: len,
    },
    keeps("first", end_type, |call| Ok(end(call.arg(0), 0))),
    keeps("last", end_type, |call| Ok(end(call.arg(0), -1))),
    keeps("get", get_type, get),
    keeps("take", take_type, take),
    keeps("reverse", list_type, |call| {
        let items = call.list(0)?.items();
        call.meter.elements(items.len())?;
        Ok(Value::list(items.iter().rev().cloned().collect()))
    }),
    keeps("uniq", list_type, uniq),
    keeps("concat", concat_type, concat),
    keeps("flatten", list_type, |call| {
        let mut flat = Vec::new();
        flatten(call.list(0)?, 0, &mut flat, call)?;
        Ok(Value::list(flat))
    }),
    keeps("sort", sort_type, sort),
];

fn len(call: &mut Call<'_>) -> Outcome<Value> {
    let value = call.arg(0);
    let length = match &value.kind {
        Kind::Str(text) => {
            call.meter.scan(text.len())?;
            text.chars().count()
        }
        Kind::List(list) => list.items().len(),
        Kind::Map(map) => map.len(),
        Kind::Table(table) => table.len(),
        _ => {
            let fault = Fault::runtime(format!("does not take {}", value.type_name()));
            return Err(if value.is_nil() { fault.with_hint("`x ?? []` replaces nil") } else { fault });
        }
    };
    Ok(Value::from(length as i64))
}

/// The first (0) or last (-1) element; nil where there is none, whatever the value is.
fn end(value: &Value, index: i64) -> Value {
    match &value.kind {
        Kind::List(_) | Kind::Str(_) | Kind::Table(_) => {
            ops::index(value, &Value::from(index)).unwrap_or_default()
        }
        _ => Value::NIL,
    }
}

fn get_type(args: &[Type]) -> Result<Type, String> {
    let [base, key] = args else { return Err(wrong_count(2, 2, args.len())) };
    match base {
        Type::Unknown => Ok(Type::Unknown),
        Type::List(..) if key.may_be_integer() => Ok(base.element()),
        Type::List(..) => Err(format!("takes an int as the index of a list, not {key}")),
        Type::Map if matches!(key, Type::Str | Type::Unknown) => Ok(Type::Unknown),
        Type::Map => Err(format!("takes a string as the key of this map, not {key}")),
        Type::Table { groups: true } => Ok(Type::any_list()),
        Type::Table { groups: false } => Ok(Type::Unknown),
        _ => Err(format!("reads lists and maps, not {base}")),
    }
}

/// What `base[key]` reads, but nil where that is an error because it is missing.
fn get(call: &mut Call<'_>) -> Outcome<Value> {
    let (base, key) = (call.arg(0), call.arg(1));
    match &base.kind {
        Kind::List(list) => {
            let at = ops::to_int(key)?;
            let length = list.items().len() as i64;
            Ok(if (-length..length).contains(&at) { ops::index(base, key)? } else { Value::NIL })
        }
        Kind::Str(text) => {
            let at = ops::to_int(key)?;
            let length = text.len() as i64;
            Ok(if (-length..length).contains(&at) { ops::index(base, key)? } else { Value::NIL })
        }
        Kind::Map(map) => match &key.kind {
            Kind::Str(key) => Ok(map.get(key).cloned().unwrap_or_default()),
            Kind::Nil => Ok(map.get("").cloned().unwrap_or_default()),
            _ => {
                Err(Fault::runtime(format!("takes a string as the key of this map, not {}", key.type_name())))
            }
        },
        Kind::Table(table) => {
            let key = TableKey::of(key);
            let key = key.ok_or_else(|| Fault::runtime("takes no list, map or object as a key"))?;
            Ok(table.get(&key).cloned().unwrap_or_default())
        }
        _ => match &key.kind {
            Kind::Str(name) => Ok(ops::field(base, name).unwrap_or_default()),
            _ if matches!(base.kind, Kind::Time(_) | Kind::Zone(_)) => Err(Fault::runtime(format!(
                "takes a string as the name of a member, not {}",
                key.type_name()
            ))),
            _ => Ok(Value::NIL),
        },
    }
}

fn take_type(args: &[Type]) -> Result<Type, String> {
    let [list, count] = args else { return Err(wrong_count(2, 2, args.len())) };
    if !list.may_be_list() {
        return Err(format!("takes from a list, not from {list}"));
    }
    if !matches!(count, Type::Unknown | Type::Int | Type::Duration | Type::Month | Type::Weekday) {
        return Err(format!("takes an int as the count, not {count}"));
    }
    // What the elements of a list literal are is forgotten here.
    Ok(match list {
        Type::List(slice, _) => Type::List(*slice, Box::new(list.declared_element())),
        other => other.clone(),
    })
}

fn take(call: &mut Call<'_>) -> Outcome<Value> {
    let list = call.list(0)?;
    // What is an integer of any name in Go counts as one here.
    let count = match call.arg(1).kind {
        Kind::Int(count) | Kind::Duration(count) => count,
        Kind::Calendar(calendar) => calendar.number(),
        _ => {
            let fault = Fault::runtime(format!("needs an int as the count, not {}", call.arg(1).type_name()));
            return Err(
                fault.with_hint("numbers from variables and outputs are floats; make them whole with int(x)")
            );
        }
    };
    let count =
        usize::try_from(count).map_err(|_| Fault::runtime(format!("cannot take {count} elements")))?;
    if list.list_type() == ListType::Pair {
        return Err(Fault::runtime("cannot take from a pair"));
    }
    if list.is_nil() {
        return Ok(Value::new(call.arg(0).kind.clone()));
    }
    let taken = &list.items()[..count.min(list.items().len())];
    call.meter.values(taken.len())?;
    Ok(Value::list_of(list.list_type(), taken.to_vec()))
}

fn uniq(call: &mut Call<'_>) -> Outcome<Value> {
    let mut kept: Vec<Value> = Vec::new();
    for item in call.list(0)?.items() {
        let mut known = false;
        for other in &kept {
            call.meter.steps(1)?;
            known = item.equals(other, call.meter)?;
            if known {
                break;
            }
        }
        if !known {
            call.meter.values(1)?;
            kept.push(item.clone());
        }
    }
    Ok(Value::list(kept))
}

fn concat_type(args: &[Type]) -> Result<Type, String> {
    match args.iter().find(|arg| !arg.may_be_list()) {
        Some(arg) => Err(format!("joins lists, not {arg}")),
        None if args.is_empty() => Err("takes at least 1 argument".to_owned()),
        None => Ok(Type::any_list()),
    }
}

fn concat(call: &mut Call<'_>) -> Outcome<Value> {
    let mut all = Vec::new();
    for index in 0..call.args.len() {
        let items = call.list(index)?.items();
        call.meter.elements(items.len())?;
        // The taint of a list is that of its elements once they are in another list.
        all.extend(items.iter().map(|item| item.clone().with_taint(&call.arg(index).taint)));
    }
    if all.is_empty() { Ok(Value::nil_list(ListType::Any)) } else { Ok(Value::list(all)) }
}

/// Appends all that is in `list` and in the lists in it; nesting is bounded by the depth of values.
fn flatten(list: &List, depth: u16, flat: &mut Vec<Value>, call: &mut Call<'_>) -> Outcome<()> {
    if depth > MAX_VALUE_DEPTH {
        return Err(too_deep());
    }
    for item in list.items() {
        match &item.kind {
            Kind::List(inner) => {
                let start = flat.len();
                flatten(inner, depth + 1, flat, call)?;
                for value in &mut flat[start..] {
                    value.taint.join(&item.taint);
                }
            }
            _ => {
                call.meter.elements(1)?;
                flat.push(item.clone());
            }
        }
    }
    Ok(())
}

fn sort_type(args: &[Type]) -> Result<Type, String> {
    use Param::{List, Str, Strings};
    if let [Type::List(Slice::Bytes, _), ..] = args {
        return Err("sorts no bytes".to_owned());
    }
    check_overloads(&[&[List, Str], &[Strings, Str], &[List], &[Strings]], args).map(|()| Type::any_list())
}

/// Sorts numbers, strings, times or durations. What is no sortable list gives a list that was never made, as
/// in expr-lang.
fn sort(call: &mut Call<'_>) -> Outcome<Value> {
    let descending = match call.args.get(1).map(Value::as_str) {
        None | Some(Some("asc")) => false,
        Some(Some("desc")) => true,
        Some(_) => return Err(Fault::runtime("needs \"asc\" or \"desc\" as the order")),
    };
    let items = match &call.arg(0).kind {
        Kind::List(list)
            if matches!(list.list_type(), ListType::Any | ListType::Ints | ListType::Strings) =>
        {
            list.items().to_vec()
        }
        _ => return Ok(Value::nil_list(ListType::Any)),
    };
    call.meter.elements(items.len())?;
    let meter = &mut *call.meter;
    let sorted = sort::stable(items, |a, b| {
        meter.steps(1)?;
        if descending { ops::is_less(b, a, meter) } else { ops::is_less(a, b, meter) }
    })?;
    Ok(Value::list(sorted))
}
