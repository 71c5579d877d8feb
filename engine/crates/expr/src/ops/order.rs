//! Which of two values comes first.

use std::cmp::Ordering;

use crate::budget::Meter;
use crate::error::{Fault, Outcome};
use crate::syntax::ast::Comparison;
use crate::value::{Kind, Value};

/// `a < b` and its like: numbers, strings by their bytes, times, durations.
pub(crate) fn compare(comparison: Comparison, a: &Value, b: &Value, meter: &mut Meter) -> Outcome<bool> {
    let Some(ordering) = ordering(a, b, meter)? else {
        let symbol = comparison.symbol();
        let message = format!("`{symbol}` does not work on {} and {}", a.type_name(), b.type_name());
        return Err(Fault::runtime(message));
    };
    Ok(match (comparison, ordering) {
        (_, Order::Unordered) => false,
        (Comparison::Less, Order::Ordered(ordering)) => ordering.is_lt(),
        (Comparison::LessOrEqual, Order::Ordered(ordering)) => ordering.is_le(),
        (Comparison::More, Order::Ordered(ordering)) => ordering.is_gt(),
        (Comparison::MoreOrEqual, Order::Ordered(ordering)) => ordering.is_ge(),
    })
}

/// Whether `a` comes before `b`, for sorting.
pub(crate) fn is_less(a: &Value, b: &Value, meter: &mut Meter) -> Outcome<bool> {
    compare(Comparison::Less, a, b, meter)
}

enum Order {
    Ordered(Ordering),
    /// One of the two is NaN.
    Unordered,
}

/// None where the two cannot be compared.
fn ordering(a: &Value, b: &Value, meter: &mut Meter) -> Outcome<Option<Order>> {
    if let (Some(a), Some(b)) = (a.as_int(), b.as_int()) {
        return Ok(Some(Order::Ordered(a.cmp(&b))));
    }
    if let (Some(a), Some(b)) = (a.as_f64(), b.as_f64()) {
        return Ok(Some(a.partial_cmp(&b).map_or(Order::Unordered, Order::Ordered)));
    }
    let ordering = match (&a.kind, &b.kind) {
        (Kind::Duration(a), Kind::Duration(b)) => a.cmp(b),
        (Kind::Str(a), Kind::Str(b)) => {
            meter.scan(a.len().min(b.len()))?;
            a.cmp(b)
        }
        (Kind::Time(a), Kind::Time(b)) => a.at().cmp(&b.at()),
        _ => return Ok(None),
    };
    Ok(Some(Order::Ordered(ordering)))
}
