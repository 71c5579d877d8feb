//! Which plain scalars YAML readers take for text, and which for something else.

use crate::go::float;
use crate::go::parse_time;
use crate::go::time::Zone;

/// The forms of a time that yaml.v3 reads.
const TIME_LAYOUTS: [&str; 4] = [
    "2006-1-2T15:4:5.999999999Z07:00",
    "2006-1-2t15:4:5.999999999Z07:00",
    "2006-1-2 15:4:5.999999999",
    "2006-1-2",
];

/// Whether readers of YAML 1.1 and 1.2 take the text, written plain, for a string.
pub(super) fn reads_as_text(text: &str) -> bool {
    let is_word = matches!(
        text,
        "" | "~" | "null" | "Null" | "NULL" | "true" | "True" | "TRUE" | "false" | "False" | "FALSE" | "<<"
    );
    let is_special_number = matches!(text.strip_prefix(['+', '-']).unwrap_or(text), ".inf" | ".Inf" | ".INF")
        || matches!(text, ".nan" | ".NaN" | ".NAN");
    let is_old_bool = matches!(
        text,
        "y" | "Y"
            | "yes"
            | "Yes"
            | "YES"
            | "on"
            | "On"
            | "ON"
            | "n"
            | "N"
            | "no"
            | "No"
            | "NO"
            | "off"
            | "Off"
            | "OFF"
    );
    let is_number = match text.as_bytes().first() {
        Some(b'.') => float::parse(text).is_some(),
        Some(b'0'..=b'9' | b'+' | b'-') => {
            is_time(text) || is_number(&text.replace('_', "")) || is_base_60(text)
        }
        _ => false,
    };
    !(is_word || is_special_number || is_old_bool || is_number)
}

fn is_time(text: &str) -> bool {
    let year = text.bytes().take_while(u8::is_ascii_digit).count();
    year == 4
        && text[4..].starts_with('-')
        && TIME_LAYOUTS.iter().any(|layout| parse_time::parse(layout, text, &Zone::UTC).is_some())
}

fn is_number(text: &str) -> bool {
    is_integer(text) || is_decimal_form(text) && float::parse(text).is_some()
}

/// An integer of 64 bits with or without a sign, in base 2, 8, 10 or 16 by its prefix.
fn is_integer(text: &str) -> bool {
    let (negative, digits) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let lower = digits.to_ascii_lowercase();
    let (radix, digits) = match lower.get(..2) {
        Some("0x") => (16, &lower[2..]),
        Some("0o") => (8, &lower[2..]),
        Some("0b") => (2, &lower[2..]),
        _ if lower.len() > 1 && lower.starts_with('0') => (8, &lower[1..]),
        _ => (10, &lower[..]),
    };
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return false;
    }
    let has_sign = text.starts_with(['+', '-']);
    match u64::from_str_radix(digits, radix) {
        Ok(magnitude) if negative => magnitude <= 1 << 63,
        Ok(magnitude) if has_sign => i64::try_from(magnitude).is_ok(),
        Ok(_) => true,
        Err(_) => false,
    }
}

/// Digits with a point or an exponent, or with neither.
fn is_decimal_form(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'))
}

/// `190:20:30`: a number to YAML 1.1.
fn is_base_60(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let mut parts = digits.split(':');
    let first = parts.next().unwrap_or("");
    let is_first = first.starts_with(|c: char| c.is_ascii_digit())
        && first.bytes().all(|byte| byte == b'_' || byte.is_ascii_digit());
    let rest: Vec<&str> = parts.collect();
    let Some((last, middle)) = rest.split_last() else { return false };
    let is_sexagesimal = |part: &str| {
        matches!(part.len(), 1 | 2)
            && part.bytes().all(|byte| byte.is_ascii_digit())
            && part.parse::<u8>().is_ok_and(|number| number < 60)
    };
    let (last, fraction) = last.split_once('.').unwrap_or((last, ""));
    let is_fraction = fraction.bytes().all(|byte| byte == b'_' || byte.is_ascii_digit());
    is_first && middle.iter().all(|part| is_sexagesimal(part)) && is_sexagesimal(last) && is_fraction
}
