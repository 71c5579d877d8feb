//! Lengths of time as Go's `time.Duration`: nanoseconds in an `i64`, read and written like `1h30m0s`.

pub(crate) const MICROSECOND: i64 = 1_000;
pub(crate) const MILLISECOND: i64 = 1_000_000;
pub(crate) const SECOND: i64 = 1_000_000_000;
pub(crate) const MINUTE: i64 = 60 * SECOND;
pub(crate) const HOUR: i64 = 60 * MINUTE;

/// `time.ParseDuration`: an optional sign and one or more numbers with units, such as `-1.5h` or `1h15m`; or
/// `0`.
pub(crate) fn parse(text: &str) -> Option<i64> {
    let (negative, mut rest) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let (part, after) = parse_part(rest)?;
        total = total.checked_add(part).filter(|total| *total <= 1 << 63)?;
        rest = after;
    }
    if negative {
        // -(2^63) is the one length whose magnitude is no i64.
        return Some((total as i64).wrapping_neg());
    }
    i64::try_from(total).ok()
}

/// One number with its unit, in nanoseconds, and the text after it.
fn parse_part(text: &str) -> Option<(u64, &str)> {
    let whole_end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (whole, after) = text.split_at(whole_end);
    let (fraction, after) = match after.strip_prefix('.') {
        Some(after) => after.split_at(after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len())),
        None => ("", after),
    };
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let unit_end = after.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(after.len());
    let (unit, after) = after.split_at(unit_end);
    let unit = match unit {
        "ns" => 1,
        "us" | "µs" | "μs" => MICROSECOND,
        "ms" => MILLISECOND,
        "s" => SECOND,
        "m" => MINUTE,
        "h" => HOUR,
        _ => return None,
    };
    let whole =
        if whole.is_empty() { 0 } else { whole.parse::<u64>().ok().filter(|whole| *whole <= 1 << 63)? };
    let nanoseconds = whole.checked_mul(unit as u64).filter(|total| *total <= 1 << 63)?;
    Some((nanoseconds.checked_add(fraction_of(fraction, unit)).filter(|total| *total <= 1 << 63)?, after))
}

/// The digits after the point, times the unit. Digits beyond the precision of an `i64` are ignored, as in Go.
fn fraction_of(digits: &str, unit: i64) -> u64 {
    let mut value: u64 = 0;
    let mut scale = 1.0;
    for digit in digits.bytes().map(|byte| u64::from(byte - b'0')) {
        if value > i64::MAX as u64 / 10 {
            break;
        }
        let next = value * 10 + digit;
        if next > 1 << 63 {
            break;
        }
        value = next;
        scale *= 10.0;
    }
    (value as f64 * (unit as f64 / scale)) as u64
}

/// `Duration.String`.
pub(crate) fn print(nanoseconds: i64) -> String {
    let magnitude = nanoseconds.unsigned_abs();
    let sign = if nanoseconds < 0 { "-" } else { "" };
    let second = SECOND as u64;
    if magnitude < second {
        return match magnitude {
            0 => "0s".to_owned(),
            1..1_000 => format!("{sign}{magnitude}ns"),
            1_000..1_000_000 => format!("{sign}{}µs", decimal(magnitude, 3)),
            _ => format!("{sign}{}ms", decimal(magnitude, 6)),
        };
    }
    let seconds = magnitude / second;
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    let rest = format!("{}s", decimal(magnitude - seconds / 60 * 60 * second, 9));
    match (hours, minutes) {
        (0, 0) => format!("{sign}{rest}"),
        (0, _) => format!("{sign}{minutes}m{rest}"),
        _ => format!("{sign}{hours}h{minutes}m{rest}"),
    }
}

/// `value / 10^places` without trailing zeros.
fn decimal(value: u64, places: u32) -> String {
    let unit = 10u64.pow(places);
    let fraction = format!("{:0width$}", value % unit, width = places as usize);
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() { (value / unit).to_string() } else { format!("{}.{fraction}", value / unit) }
}

/// `Duration.Truncate`: towards zero to a multiple of `unit`.
pub(crate) fn truncate(nanoseconds: i64, unit: i64) -> i64 {
    if unit <= 0 { nanoseconds } else { nanoseconds - nanoseconds % unit }
}

/// `Duration.Round`: to the nearest multiple of `unit`, halves away from zero; what overflows becomes the
/// extreme.
pub(crate) fn round(nanoseconds: i64, unit: i64) -> i64 {
    if unit <= 0 {
        return nanoseconds;
    }
    let (value, unit) = (i128::from(nanoseconds), i128::from(unit));
    let rest = (value % unit).abs();
    let towards_zero = value - value % unit;
    let rounded = if rest * 2 < unit { towards_zero } else { towards_zero + unit * value.signum() };
    rounded.clamp(i64::MIN.into(), i64::MAX.into()) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_and_prints_like_go() {
        for (text, want) in [
            ("1h30m", Some("1h30m0s")),
            ("-1.5h", Some("-1h30m0s")),
            ("+5s", Some("5s")),
            (".5s", Some("500ms")),
            ("1.s", Some("1s")),
            ("0", Some("0s")),
            ("3us2ns", Some("3.002µs")),
            ("1µs", Some("1µs")),
            ("2562047h47m16.854775807s", Some("2562047h47m16.854775807s")),
            ("-2562047h47m16.854775808s", Some("-2562047h47m16.854775808s")),
            ("2562047h47m16.854775808s", None),
            ("", None),
            ("-", None),
            ("5", None),
            (".s", None),
            ("1d", None),
            ("1 h", None),
            ("9999999999999999999h", None),
        ] {
            assert_eq!(parse(text).map(print).as_deref(), want, "{text}");
        }
    }

    #[test]
    fn rounds_halves_away_from_zero() {
        assert_eq!(round(HOUR, 7 * MINUTE), 63 * MINUTE);
        assert_eq!(round(-15, 10), -20);
        assert_eq!(round(i64::MAX, HOUR), i64::MAX);
        assert_eq!(truncate(-15, 10), -10);
    }
}
