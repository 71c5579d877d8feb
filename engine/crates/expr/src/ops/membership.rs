//! The operators that look for one value in another.

use crate::budget::Meter;
use crate::error::{Fault, Outcome};
use crate::syntax::ast::Binary;
use crate::value::{Kind, TableKey, Value};

/// `needle in haystack`: an element of a list, a key of a map, a field of an object.
pub(crate) fn contains_member(needle: &Value, haystack: &Value, meter: &mut Meter) -> Outcome<bool> {
    meter.key(needle)?;
    match &haystack.kind {
        Kind::Nil => Ok(false),
        Kind::List(list) => {
            for item in list.items() {
                meter.steps(1)?;
                if item.equals(needle, meter)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        Kind::Map(map) => match &needle.kind {
            Kind::Str(key) => Ok(map.get(key).is_some()),
            // Go looks up the zero value of the key's type.
            Kind::Nil => Ok(map.get("").is_some()),
            _ => Err(Fault::runtime(format!("the keys of this map are strings, not {}", needle.type_name()))),
        },
        Kind::Table(table) => {
            let key = TableKey::of(needle);
            let key =
                key.ok_or_else(|| Fault::runtime(format!("a {} is no key of a map", needle.type_name())))?;
            Ok(table.get(&key).is_some())
        }
        Kind::Object(object) => match &needle.kind {
            Kind::Str(name) => Ok(object.get(name).is_some()),
            _ => Err(Fault::runtime(format!("a field is named by a string, not by {}", needle.type_name()))),
        },
        // Structs without a field that shows.
        Kind::Time(_) | Kind::Zone(_) if needle.as_str().is_some() => Ok(false),
        _ => {
            let fault = Fault::runtime(format!("`in` does not work on {}", haystack.type_name()));
            Err(if haystack.as_str().is_some() { fault.with_hint("text contains \"part\"") } else { fault })
        }
    }
}

/// `contains`, `startsWith` and `endsWith`. Nil on either side is false.
pub(crate) fn text_test(operator: Binary, a: &Value, b: &Value, meter: &mut Meter) -> Outcome<bool> {
    if a.is_nil_like() || b.is_nil_like() {
        return Ok(false);
    }
    let (Some(text), Some(part)) = (a.as_str(), b.as_str()) else {
        let message = format!(
            "`{}` works on strings, not on {} and {}",
            operator.symbol(),
            a.type_name(),
            b.type_name()
        );
        return Err(Fault::runtime(message));
    };
    meter.scan(text.len())?;
    Ok(match operator {
        Binary::Contains => text.contains(part),
        Binary::StartsWith => text.starts_with(part),
        _ => text.ends_with(part),
    })
}
