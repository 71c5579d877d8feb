//! Reading parts of values: members, elements, slices. What is read takes the taint of what it is read from.

use std::sync::Arc;

use super::to_int;
use crate::budget::Meter;
use crate::error::{Fault, Outcome};
use crate::go::text;
use crate::methods;
use crate::suggest;
use crate::value::{Function, Kind, ListType, TableKey, Value};

/// `base.name`.
pub(crate) fn field(base: &Value, name: &Arc<str>) -> Outcome<Value> {
    let found = match &base.kind {
        Kind::Map(map) => map.fetch(name),
        Kind::Table(table) => table.fetch(&TableKey::Str(Arc::clone(name))),
        _ if methods::has(base, name) => bound(base, name),
        Kind::Object(object) => match object.get(name) {
            Some(value) => value.clone(),
            None => {
                let fault =
                    Fault::runtime(format!("{} has no member `{}`", object.type_name(), suggest::clip(name)));
                return Err(match suggest::hint(name, "members", object.member_names()) {
                    Some(hint) => fault.with_hint(hint),
                    None => fault,
                });
            }
        },
        Kind::List(_) => {
            let fault = Fault::runtime(format!("a list has no member `{}`", suggest::clip(name)));
            return Err(fault.with_hint(format!(
                "take one element, [0].{0}, or all: map(list, .{0})",
                suggest::clip(name)
            )));
        }
        _ => {
            return Err(Fault::runtime(format!(
                "a {} has no member `{}`",
                base.type_name(),
                suggest::clip(name)
            )));
        }
    };
    Ok(found.with_taint(&base.taint))
}

fn bound(base: &Value, name: &Arc<str>) -> Value {
    let method = Function::Method { receiver: base.clone(), name: Arc::clone(name) };
    Value::new(Kind::Function(Arc::new(method)))
}

/// `base[key]`. What is not in a map reads as nil; an index that is not in a list is an error.
pub(crate) fn index(base: &Value, key: &Value) -> Outcome<Value> {
    let found = match (&base.kind, &key.kind) {
        (Kind::List(list), _) => {
            let at = position(list_index(key)?, list.items().len())?;
            list.items()[at].clone()
        }
        (Kind::Str(text), _) => {
            // A string is indexed by bytes, and a byte is a number.
            let at = position(list_index(key)?, text.len())?;
            Value::byte(text.as_bytes()[at])
        }
        (Kind::Map(map), Kind::Nil) => map.fetch(""),
        (Kind::Table(table), _) => {
            let key = TableKey::of(key);
            table.fetch(&key.ok_or_else(|| Fault::runtime("lists, maps and objects are no keys of a map"))?)
        }
        (_, Kind::Str(name)) => field(base, name)?,
        (Kind::Map(_), _) => {
            return Err(Fault::runtime(format!("the keys of this map are strings, not {}", key.type_name())));
        }
        _ => return Err(Fault::runtime(format!("a {} has no elements to index", base.type_name()))),
    };
    Ok(found.with_taint(&base.taint).with_taint(&key.taint))
}

fn list_index(key: &Value) -> Outcome<i64> {
    to_int(key).map_err(|_| Fault::runtime(format!("an index is a number, not {}", key.type_name())))
}

/// An index from the start, or from the end if negative.
fn position(index: i64, length: usize) -> Outcome<usize> {
    let from_start = if index < 0 { index.saturating_add_unsigned(length as u64) } else { index };
    usize::try_from(from_start).ok().filter(|at| *at < length).ok_or_else(|| {
        let fault = Fault::runtime(format!("index {index} is out of range; the length is {length}"));
        fault.with_hint("get(list, index) gives nil instead of an error")
    })
}

/// `base[from:to]`; bounds outside are moved inside.
pub(crate) fn slice(
    base: &Value,
    from: Option<&Value>,
    to: Option<&Value>,
    meter: &mut Meter,
) -> Outcome<Value> {
    let length = match &base.kind {
        Kind::List(list) => list.items().len(),
        Kind::Str(text) => text.len(),
        _ => return Err(Fault::runtime(format!("a {} has no slices", base.type_name()))),
    };
    let end = to.map(to_int).transpose()?.map_or(length, |to| clamp(to, length));
    let start = from.map(to_int).transpose()?.map_or(0, |from| clamp(from, length)).min(end);
    let part = match &base.kind {
        Kind::Str(text) => {
            meter.text(end - start)?;
            // A slice may cut a character in two: what is left of it are broken bytes.
            match text.get(start..end) {
                Some(part) => Value::from(part),
                None => Value::from(text::from_bytes(&text.as_bytes()[start..end])),
            }
        }
        Kind::List(list) if list.is_nil() => Value::nil_list(list.list_type()),
        Kind::List(list) => {
            meter.values(end - start)?;
            let list_type = match list.list_type() {
                ListType::Pair => ListType::Any,
                other => other,
            };
            Value::list_of(list_type, list.items()[start..end].to_vec())
        }
        _ => Value::NIL,
    };
    let mut part = part.with_taint(&base.taint);
    for bound in [from, to].into_iter().flatten() {
        part = part.with_taint(&bound.taint);
    }
    Ok(part)
}

fn clamp(bound: i64, length: usize) -> usize {
    let from_start = if bound < 0 { bound.saturating_add_unsigned(length as u64) } else { bound };
    usize::try_from(from_start.max(0)).unwrap_or(usize::MAX).min(length)
}
