//! The order of keys: numbers before text, and in text, numbers by their value: `a2` before `a10`.

use std::cmp::Ordering;

use crate::go::text::{is_digit, is_letter};
use crate::value::{TableKey, Uint};

/// The order of two keys of any type.
pub(super) fn compare(a: &TableKey, b: &TableKey) -> Ordering {
    match (number(a), number(b), a, b) {
        (Some(x), Some(y), ..) => x.total_cmp(&y).then_with(|| rank(a).cmp(&rank(b))),
        (_, _, TableKey::Str(a), TableKey::Str(b)) => compare_text(a, b),
        _ => rank(a).cmp(&rank(b)),
    }
}

fn number(key: &TableKey) -> Option<f64> {
    match key {
        TableKey::Bool(value) => Some(f64::from(u8::from(*value))),
        TableKey::Int(number) | TableKey::Duration(number) => Some(*number as f64),
        TableKey::Uint(number) => Some(number.get() as f64),
        TableKey::Float(number) => Some(*number),
        TableKey::Calendar(calendar) => Some(calendar.number() as f64),
        TableKey::Nil | TableKey::Str(_) | TableKey::Time(_) | TableKey::Pair(_) => None,
    }
}

/// The order of Go's kinds.
fn rank(key: &TableKey) -> u8 {
    match key {
        TableKey::Nil => 20,
        TableKey::Bool(_) => 1,
        TableKey::Int(_) | TableKey::Calendar(_) => 2,
        TableKey::Duration(_) => 6,
        TableKey::Uint(Uint::Byte(_)) => 8,
        TableKey::Uint(Uint::Wide(_)) => 11,
        TableKey::Float(_) => 14,
        TableKey::Pair(_) => 17,
        TableKey::Str(_) => 24,
        TableKey::Time(_) => 25,
    }
}

/// The order of two keys that are text.
pub(super) fn compare_text(a: &str, b: &str) -> Ordering {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut after_digit = false;
    for (at, (x, y)) in a.iter().zip(&b).enumerate() {
        if x == y {
            after_digit = is_digit(*x);
            continue;
        }
        return match (is_letter(*x), is_letter(*y)) {
            (true, true) => x.cmp(y),
            // A letter ends a number, so it comes before a digit there, and after other signs elsewhere.
            (true, false) => {
                if after_digit {
                    Ordering::Less
                } else {
                    Ordering::Greater
                }
            }
            (false, true) => {
                if after_digit {
                    Ordering::Greater
                } else {
                    Ordering::Less
                }
            }
            (false, false) => compare_numbers(&a, &b, at),
        };
    }
    a.len().cmp(&b.len())
}

/// The order of two keys that first differ at `at`, where neither has a letter.
fn compare_numbers(a: &[char], b: &[char], at: usize) -> Ordering {
    let follows_number = a[..at].iter().rev().take_while(|c| is_digit(**c)).any(|c| *c != '0')
        && (a[at] == '0' || b[at] == '0');
    let value = |text: &[char]| {
        let digits = text[at..].iter().take_while(|c| is_digit(**c));
        let start = i64::from(follows_number);
        let number = digits.clone().fold(start, |number, digit| {
            number.wrapping_mul(10).wrapping_add(i64::from(u32::from(*digit)) - i64::from(u32::from('0')))
        });
        (number, digits.count())
    };
    let ((x, x_length), (y, y_length)) = (value(a), value(b));
    x.cmp(&y).then(x_length.cmp(&y_length)).then_with(|| a[at].cmp(&b[at]))
}
