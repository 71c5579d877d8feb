//! The order in which go-yaml writes keys.

use std::cmp::Ordering;

use serde_json::Value;

/// The entries sorted by their keys, whatever order they come in.
///
/// The comparison is go-yaml's, which has cycles (`01` before `10` before `1e6` before `01`), so its own output varies
/// with such keys. The sorts of the standard library insist on a total order; a merge sort ends with any comparison,
/// and sorting by characters first makes its result always the same.
pub(super) fn sorted<'a>(mut entries: Vec<(&'a String, &'a Value)>) -> Vec<(&'a String, &'a Value)> {
    entries.sort_unstable_by_key(|&(key, _)| key);
    let keyed = entries.into_iter().map(|(key, value)| (key.chars().collect(), (key, value))).collect();
    merge_sort(keyed).into_iter().map(|(_, entry)| entry).collect()
}

fn merge_sort<T>(mut entries: Vec<(Vec<char>, T)>) -> Vec<(Vec<char>, T)> {
    if entries.len() < 2 {
        return entries;
    }
    let right = merge_sort(entries.split_off(entries.len() / 2));
    let left = merge_sort(entries);
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    while let (Some((one, _)), Some((other, _))) = (left.peek(), right.peek()) {
        let from_right = compare(other, one) == Ordering::Less;
        merged.extend(if from_right { right.next() } else { left.next() });
    }
    merged.extend(left);
    merged.extend(right);
    merged
}

/// Compares two keys where they first differ: other characters before letters, numbers by their value.
fn compare(one: &[char], other: &[char]) -> Ordering {
    let Some(at) = one.iter().zip(other).position(|(a, b)| a != b) else {
        return one.len().cmp(&other.len());
    };
    let (a, b) = (one[at], other[at]);
    match (a.is_alphabetic(), b.is_alphabetic()) {
        (true, true) => return a.cmp(&b),
        (true, false) => return Ordering::Greater,
        (false, true) => return Ordering::Less,
        (false, false) => {}
    }
    // A zero inside a number counts as a digit of it, one that leads does not.
    let inside_number = (a == '0' || b == '0')
        && one[..at].iter().rev().take_while(|c| c.is_ascii_digit()).any(|&c| c != '0');
    let start = i64::from(inside_number);
    let (one_number, one_end) = number(one, at, start);
    let (other_number, other_end) = number(other, at, start);
    one_number.cmp(&other_number).then(one_end.cmp(&other_end)).then(a.cmp(&b))
}

/// The digits from `at` on as a number behind the leading digit `start`, wrapping as Go's integers do; and where they
/// end.
fn number(characters: &[char], at: usize, start: i64) -> (i64, usize) {
    let digits = characters[at..].iter().map_while(|c| c.to_digit(10));
    digits.fold((start, at), |(value, end), digit| {
        (value.wrapping_mul(10).wrapping_add(i64::from(digit)), end + 1)
    })
}
