//! Equality: what `==`, `in` and `uniq` mean, and the stricter kind that Go applies inside maps.

use super::{Kind, List, ListType, Object, Value};
use crate::budget::Meter;
use crate::error::Outcome;

impl Value {
    /// The operator `==`: numbers compare across types, lists element by element, all else must have the same
    /// type.
    pub(crate) fn equals(&self, other: &Self, meter: &mut Meter) -> Outcome<bool> {
        if let (Some(a), Some(b)) = (self.as_int(), other.as_int()) {
            return Ok(a == b);
        }
        if let (Some(a), Some(b)) = (self.as_f64(), other.as_f64()) {
            return Ok(a == b);
        }
        Ok(match (&self.kind, &other.kind) {
            (Kind::Str(a), Kind::Str(b)) => {
                meter.scan(a.len().min(b.len()))?;
                a == b
            }
            (Kind::Time(a), Kind::Time(b)) => a.at() == b.at(),
            (Kind::List(a), Kind::List(b)) if comparable_lists(a, b) => {
                same_length_and(a, b, meter, |a, b, meter| a.equals(b, meter))?
            }
            _ if self.is_nil_like() && other.is_nil_like() => true,
            _ => self.equals_exactly(other, meter)?,
        })
    }

    /// Go's deep equality: the types must be the same all the way down, so `1` and `1.0` differ.
    fn equals_exactly(&self, other: &Self, meter: &mut Meter) -> Outcome<bool> {
        meter.steps(1)?;
        Ok(match (&self.kind, &other.kind) {
            (Kind::Nil, Kind::Nil) => true,
            (Kind::Bool(a), Kind::Bool(b)) => a == b,
            (Kind::Int(a), Kind::Int(b)) | (Kind::Duration(a), Kind::Duration(b)) => a == b,
            (Kind::Uint(a), Kind::Uint(b)) => a == b,
            (Kind::Float(a), Kind::Float(b)) => a == b,
            (Kind::Str(a), Kind::Str(b)) => {
                meter.scan(a.len().min(b.len()))?;
                a == b
            }
            (Kind::Calendar(a), Kind::Calendar(b)) => a == b,
            (Kind::Time(a), Kind::Time(b)) => a == b,
            (Kind::Zone(a), Kind::Zone(b)) => a == b,
            (Kind::List(a), Kind::List(b)) => {
                a.list_type() == b.list_type()
                    && a.is_nil() == b.is_nil()
                    && same_length_and(a, b, meter, Self::equals_exactly)?
            }
            (Kind::Map(a), Kind::Map(b)) => {
                if a.holds() != b.holds() || a.is_nil() != b.is_nil() || a.len() != b.len() {
                    return Ok(false);
                }
                for ((key, value), (other_key, other_value)) in a.iter().zip(b.iter()) {
                    meter.scan(key.len())?;
                    if key != other_key || !value.equals_exactly(other_value, meter)? {
                        return Ok(false);
                    }
                }
                true
            }
            (Kind::Table(a), Kind::Table(b)) => {
                if a.table_type() != b.table_type() || a.len() != b.len() {
                    return Ok(false);
                }
                for ((key, value), (other_key, other_value)) in a.iter().zip(b.iter()) {
                    key.scan(meter)?;
                    if key != other_key || !value.equals_exactly(other_value, meter)? {
                        return Ok(false);
                    }
                }
                true
            }
            (Kind::Object(a), Kind::Object(b)) => same_object(a, b, meter)?,
            _ => false,
        })
    }
}

/// Lists that `==` compares element by element; others must have the same type.
fn comparable_lists(a: &List, b: &List) -> bool {
    use ListType::{Any, Bytes, Ints, Strings};
    matches!(
        (a.list_type(), b.list_type()),
        (Any, Any | Ints | Strings | Bytes)
            | (Ints | Strings | Bytes, Any)
            | (Ints, Ints)
            | (Strings, Strings)
            | (Bytes, Bytes)
    )
}

fn same_length_and(
    a: &List,
    b: &List,
    meter: &mut Meter,
    same: fn(&Value, &Value, &mut Meter) -> Outcome<bool>,
) -> Outcome<bool> {
    if a.items().len() != b.items().len() {
        return Ok(false);
    }
    for (a, b) in a.items().iter().zip(b.items()) {
        meter.steps(1)?;
        if !same(a, b, meter)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn same_object(a: &Object, b: &Object, meter: &mut Meter) -> Outcome<bool> {
    if !a.is_like(b) || a.fields().len() != b.fields().len() {
        return Ok(false);
    }
    for (a, b) in a.fields().iter().zip(b.fields()) {
        if a.name != b.name || !a.value.equals_exactly(&b.value, meter)? {
            return Ok(false);
        }
    }
    Ok(true)
}
