//! Plain text that starts like a number.

use super::Plain;

/// Text that starts with a digit or a sign and is no timestamp. Underscores may stand anywhere.
pub(super) fn number(text: &str) -> Plain {
    let digits: String = text.chars().filter(|&c| c != '_').collect();
    if let Some(int) = integer(&digits) {
        return int;
    }
    if is_decimal_float(&digits)
        && let Ok(float) = digits.parse::<f64>()
        && float.is_finite()
    {
        return Plain::Float(float);
    }
    // A sign behind the prefix is an accident of go-yaml, but it does read so.
    match digits.strip_prefix("0b").filter(|rest| rest.starts_with(['+', '-'])) {
        Some(rest) => i64::from_str_radix(rest, 2).map_or(Plain::String, Plain::Int),
        None => Plain::String,
    }
}

/// Text that starts with a point. Underscores may stand between digits.
pub(super) fn fraction(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    let between_digits = |at: usize| {
        let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
        digit(at + 1) && at > 0 && digit(at - 1)
    };
    if !(0..bytes.len()).all(|at| bytes[at] != b'_' || between_digits(at)) {
        return None;
    }
    let digits: String = text.chars().filter(|&c| c != '_').collect();
    let float: f64 = is_decimal_float(&digits).then(|| digits.parse().ok())??;
    float.is_finite().then_some(float)
}

/// A whole number of at most 64 bits, with a sign or a prefix for its base.
fn integer(text: &str) -> Option<Plain> {
    let (negative, unsigned) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (base, digits) = match unsigned.get(..2).map(str::to_ascii_lowercase).as_deref() {
        Some("0x") => (16, &unsigned[2..]),
        Some("0o") => (8, &unsigned[2..]),
        Some("0b") => (2, &unsigned[2..]),
        _ if unsigned.len() > 1 && unsigned.starts_with('0') => (8, &unsigned[1..]),
        _ => (10, unsigned),
    };
    // The parser of the standard library would take a second sign.
    if digits.starts_with(['+', '-']) {
        return None;
    }
    let size = u64::from_str_radix(digits, base).ok()?;
    let signed = if negative { 0_i64.checked_sub_unsigned(size) } else { i64::try_from(size).ok() };
    match signed {
        Some(int) => Some(Plain::Int(int)),
        None if unsigned.len() == text.len() => Some(Plain::Uint(size)),
        None => None,
    }
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_decimal_float(text: &str) -> bool {
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let mantissa_fits = match mantissa.split_once('.') {
        Some((whole, fraction)) => all_digits(whole) && all_digits(fraction) && mantissa.len() > 1,
        None => all_digits(mantissa) && !mantissa.is_empty(),
    };
    let exponent_fits = exponent.is_none_or(|exponent| {
        let digits = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        all_digits(digits) && !digits.is_empty()
    });
    mantissa_fits && exponent_fits
}

/// `[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?`
pub(super) fn is_base_60(text: &str) -> bool {
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    let digit_or_underscore = |byte: u8| byte.is_ascii_digit() || byte == b'_';
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, fraction),
        None => (text, ""),
    };
    let mut parts = whole.split(':');
    let first = parts.next().unwrap_or_default();
    let rest_fits = |part: &str| match part.as_bytes() {
        [ones] => ones.is_ascii_digit(),
        [tens, ones] => matches!(tens, b'0'..=b'5') && ones.is_ascii_digit(),
        _ => false,
    };
    whole.contains(':')
        && first.starts_with(|c: char| c.is_ascii_digit())
        && first.bytes().all(digit_or_underscore)
        && parts.all(rest_fits)
        && fraction.bytes().all(digit_or_underscore)
}
