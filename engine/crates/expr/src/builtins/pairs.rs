//! Maps as lists and lists as maps.

use super::{Builtin, Call, TaintRule, one};
use crate::compile::types::Type;
use crate::error::{Fault, Outcome};
use crate::value::{Kind, ListType, TableKey, TableType, Value};

const fn function(
    name: &'static str,
    check: fn(&[Type]) -> Result<Type, String>,
    run: fn(&mut Call<'_>) -> Outcome<Value>,
) -> Builtin {
    Builtin { name, check, taint: TaintRule::Keeps, run }
}

fn of_map(args: &[Type]) -> Result<Type, String> {
    one(args, Type::is_map, |_| Type::any_list())
}

pub(super) static FUNCTIONS: [Builtin; 4] = [
    function("keys", of_map, |call| {
        let keys = entries(call)?.into_iter().map(|(key, _)| key).collect();
        Ok(Value::list(keys))
    }),
    function("values", of_map, |call| {
        let values = entries(call)?.into_iter().map(|(_, value)| value).collect();
        Ok(Value::list(values))
    }),
    function("toPairs", of_map, |call| {
        let pair = |(key, value)| Value::list_of(ListType::Pair, vec![key, value]);
        let pairs = entries(call)?.into_iter().map(pair).collect();
        Ok(Value::list_of(ListType::Pairs, pairs))
    }),
    function("fromPairs", |args| one(args, Type::is_list, |_| Type::Table { groups: false }), from_pairs),
];

/// The entries of a map in the order of their keys. The taint of the map goes to each, since it says what is
/// in it.
fn entries(call: &mut Call<'_>) -> Outcome<Vec<(Value, Value)>> {
    let value = call.arg(0);
    let entries: Vec<(Value, Value)> = match &value.kind {
        Kind::Map(map) => map.iter().map(|(key, value)| (Value::from(key.clone()), value.clone())).collect(),
        Kind::Table(table) => table.iter().map(|(key, value)| (key.to_value(), value.clone())).collect(),
        _ => {
            let fault = Fault::runtime(format!("needs a map, not {}", value.type_name()));
            return Err(if value.is_nil() { fault.with_hint("`map ?? {}` replaces nil") } else { fault });
        }
    };
    call.meter.values(entries.len() * 4)?;
    call.meter.steps(entries.len() as u64)?;
    let tainted =
        |(key, entry): (Value, Value)| (key.with_taint(&value.taint), entry.with_taint(&value.taint));
    Ok(if value.taint.is_empty() { entries } else { entries.into_iter().map(tainted).collect() })
}

fn from_pairs(call: &mut Call<'_>) -> Outcome<Value> {
    let pairs = call.list(0)?.items();
    call.meter.values(pairs.len() * 2)?;
    let mut entries = Vec::with_capacity(pairs.len());
    let mut key_taint = crate::Taint::NONE;
    for pair in pairs {
        let Some([key, value]) = pair.as_list() else {
            return Err(Fault::runtime("needs a list of pairs: [[\"key\", value], ...]"));
        };
        call.meter.steps(6)?;
        call.meter.key(key)?;
        key_taint.join(&pair.taint);
        key_taint.join(&key.taint);
        let key = TableKey::of(key);
        entries.push((
            key.ok_or_else(|| Fault::runtime("takes no list, map or object as a key"))?,
            value.clone(),
        ));
    }
    Ok(Value::table(TableType::Any, entries).with_taint(&key_taint))
}
