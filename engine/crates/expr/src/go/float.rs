//! Floating-point numbers as Go's `strconv` and `encoding/json` read and write them.

/// The decimal digits of a finite number, shortest that reads back the same, and the power of ten of the
/// first digit.
fn shortest(value: f64) -> (String, i32) {
    let (digits, exponent) = digits(&format!("{:e}", value.abs()));
    // Of two shortest forms that are equally near, Go takes the even one and Rust the greater.
    if digits.len() >= 15 && digits.ends_with(['1', '3', '5', '7', '9']) {
        let exact = self::digits(&format!("{:.30e}", value.abs())).0;
        let (kept, rest) = exact.split_at(digits.len());
        let even = format!("{}e{}", kept, exponent + 1 - kept.len() as i32);
        let is_tie = rest.starts_with('5') && rest[1..].bytes().all(|digit| digit == b'0');
        if is_tie && kept.ends_with(['0', '2', '4', '6', '8']) && even.parse() == Ok(value.abs()) {
            return (kept.trim_end_matches('0').to_owned(), exponent);
        }
    }
    (digits, exponent)
}

/// The digits and the exponent of a number in scientific notation.
fn digits(text: &str) -> (String, i32) {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    (mantissa.replace('.', ""), exponent.parse().unwrap_or(0))
}

fn special(value: f64) -> Option<&'static str> {
    match value {
        _ if value.is_nan() => Some("NaN"),
        f64::INFINITY => Some("+Inf"),
        f64::NEG_INFINITY => Some("-Inf"),
        _ => None,
    }
}

/// The number as `%v` prints it, and YAML writes it: with an exponent if that is less than -4 or more than 5.
pub(crate) fn print(value: f64) -> String {
    special(value).map_or_else(|| format_between(value, -4, 6, 2), str::to_owned)
}

/// The number as JSON; it must be finite.
pub(crate) fn json(value: f64) -> String {
    format_between(value, -6, 21, 1)
}

/// Plain notation for exponents from `low` up to below `high`, else an exponent of at least `exponent_digits`
/// digits.
fn format_between(value: f64, low: i32, high: i32, exponent_digits: usize) -> String {
    let (digits, exponent) = shortest(value);
    let sign = if value.is_sign_negative() { "-" } else { "" };
    if value == 0.0 {
        return format!("{sign}0");
    }
    if exponent < low || exponent >= high {
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        let exponent_sign = if exponent < 0 { '-' } else { '+' };
        return format!(
            "{sign}{first}{point}{rest}e{exponent_sign}{:0exponent_digits$}",
            exponent.unsigned_abs()
        );
    }
    let length = digits.len();
    if exponent < 0 {
        let zeros = "0".repeat(exponent.unsigned_abs() as usize - 1);
        return format!("{sign}0.{zeros}{digits}");
    }
    let whole = exponent.unsigned_abs() as usize + 1;
    if length <= whole {
        return format!("{sign}{digits}{}", "0".repeat(whole - length));
    }
    format!("{sign}{}.{}", &digits[..whole], &digits[whole..])
}

/// `strconv.ParseFloat(text, 64)`: decimal and hexadecimal numbers with digit separators, infinities and NaN
/// in any case. None where Go returns an error, which includes numbers out of range.
#[must_use]
pub fn parse(text: &str) -> Option<f64> {
    let (negative, unsigned) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let magnitude = if unsigned.eq_ignore_ascii_case("inf") || unsigned.eq_ignore_ascii_case("infinity") {
        f64::INFINITY
    } else if text.eq_ignore_ascii_case("nan") {
        f64::NAN
    } else {
        let digits = without_separators(unsigned)?;
        let value = match digits.get(..2) {
            Some("0x" | "0X") => parse_hexadecimal(&digits[2..])?,
            _ => parse_decimal(&digits)?,
        };
        Some(value).filter(|value| value.is_finite())?
    };
    Some(if negative { -magnitude } else { magnitude })
}

/// Removes `_` where it stands between digits, or between a base prefix and a digit; None where it stands
/// elsewhere.
fn without_separators(text: &str) -> Option<std::borrow::Cow<'_, str>> {
    if !text.contains('_') {
        return Some(text.into());
    }
    let bytes = text.as_bytes();
    let is_hexadecimal = bytes.len() > 1 && bytes[0] == b'0' && bytes[1].eq_ignore_ascii_case(&b'x');
    let is_digit = |byte: u8| byte.is_ascii_digit() || is_hexadecimal && byte.is_ascii_hexdigit();
    for (index, _) in bytes.iter().enumerate().filter(|(_, byte)| **byte == b'_') {
        let after_prefix = is_hexadecimal && index == 2;
        let before = index.checked_sub(1).is_some_and(|before| is_digit(bytes[before])) || after_prefix;
        let after = bytes.get(index + 1).copied().is_some_and(is_digit);
        if !before || !after {
            return None;
        }
    }
    Some(text.replace('_', "").into())
}

/// Digits with at most one point and an optional exponent. Rust's own parser accepts more, so the form is
/// checked.
fn parse_decimal(text: &str) -> Option<f64> {
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(index) => (&text[..index], Some(&text[index + 1..])),
        None => (text, None),
    };
    let digits = mantissa.bytes().filter(u8::is_ascii_digit).count();
    let points = mantissa.bytes().filter(|byte| *byte == b'.').count();
    let exponent_is_number = exponent.is_none_or(is_exponent);
    let well_formed = digits > 0 && points <= 1 && digits + points == mantissa.len() && exponent_is_number;
    if well_formed { text.parse().ok() } else { None }
}

fn is_exponent(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Hexadecimal digits with at most one point and a binary exponent, which Go requires.
fn parse_hexadecimal(text: &str) -> Option<f64> {
    let (mantissa, exponent) = text.split_once(['p', 'P']).filter(|(_, exponent)| is_exponent(exponent))?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    // An exponent too long for i32 is beyond any number of digits here: it overflows, or it is zero.
    let exponent: i64 =
        exponent.parse::<i32>().map_or(if exponent.starts_with('-') { -1 << 40 } else { 1 << 40 }, i64::from);
    let mut bits: u64 = 0;
    let mut shift: i64 = 0;
    let mut lost = false;
    for (digit, after_point) in whole.chars().map(|c| (c, false)).chain(fraction.chars().map(|c| (c, true))) {
        let digit = u64::from(digit.to_digit(16)?);
        if bits >> 60 == 0 {
            bits = bits << 4 | digit;
            shift -= if after_point { 4 } else { 0 };
        } else {
            lost |= digit != 0;
            shift += if after_point { 0 } else { 4 };
        }
    }
    Some(scale(bits, lost, exponent.saturating_add(shift)))
}

/// `bits * 2^exponent`, rounded once to the nearest even `f64`; `lost` says that more bits were below.
fn scale(bits: u64, lost: bool, exponent: i64) -> f64 {
    const MANTISSA_BITS: i64 = 53;
    const MIN_EXPONENT: i64 = -1074;
    if bits == 0 {
        return 0.0;
    }
    let length = i64::from(64 - bits.leading_zeros());
    // How many low bits do not fit, in a normal or in a subnormal number.
    let drop = (length - MANTISSA_BITS).max(MIN_EXPONENT.saturating_sub(exponent));
    let (mantissa, exponent) = match drop {
        ..=0 => (bits, exponent),
        65.. => return 0.0,
        _ => {
            let kept = if drop == 64 { 0 } else { bits >> drop };
            let half = 1u64 << (drop - 1);
            let rest = if drop == 64 { bits } else { bits & ((1u64 << drop) - 1) };
            let up = rest > half || rest == half && (lost || kept & 1 == 1);
            (kept + u64::from(up), exponent + drop)
        }
    };
    if exponent > 1024 {
        return f64::INFINITY;
    }
    // The mantissa fits and the exponent is in range, so both steps are exact.
    let power = exponent.clamp(-2200, 1100) as i32;
    let half = power / 2;
    mantissa as f64 * 2f64.powi(half) * 2f64.powi(power - half)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_like_strconv() {
        for (text, want) in [
            ("1_000", Some(1000.0)),
            ("1__0", None),
            ("_1", None),
            ("1_", None),
            ("1_.5", None),
            ("0x1p-2", Some(0.25)),
            ("0x_1p4", Some(16.0)),
            ("0x1.8p1", Some(3.0)),
            ("0x10", None),
            ("0x.p1", None),
            ("1e400", None),
            ("1e-400", Some(0.0)),
            ("-0", Some(-0.0)),
            ("+5.", Some(5.0)),
            (".", None),
            ("", None),
            ("+", None),
            ("+nan", None),
            ("INFINITY", Some(f64::INFINITY)),
            ("0x1p-1074", Some(5e-324)),
            ("0x1p-1075", Some(0.0)),
            ("0x1.8p-1075", Some(5e-324)),
            ("0x1.fffffffffffff8p1023", None),
            ("0x1.fffffffffffff7p1023", Some(f64::MAX)),
            ("0x1p99999999999", None),
            ("0x1p-99999999999", Some(0.0)),
            ("0x10000000000000000000001p0", Some(3.094_850_098_213_451e26)),
        ] {
            assert_eq!(parse(text), want, "{text}");
        }
        assert!(parse("NaN").is_some_and(f64::is_nan));
    }

    #[test]
    fn writes_like_go() {
        for (value, printed, as_json) in [
            (1e6, "1e+06", "1000000"),
            (123_456.0, "123456", "123456"),
            (1e21, "1e+21", "1e+21"),
            (1e-7, "1e-07", "1e-7"),
            (0.000_01, "1e-05", "0.00001"),
            (-2.5, "-2.5", "-2.5"),
            (-0.0, "-0", "-0"),
            (1.5e300, "1.5e+300", "1.5e+300"),
            (942_349_808_449.531_2, "9.423498084495312e+11", "942349808449.5312"),
        ] {
            assert_eq!((print(value).as_str(), json(value).as_str()), (printed, as_json), "{value}");
        }
    }
}
