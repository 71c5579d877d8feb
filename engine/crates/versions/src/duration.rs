//! Durations as Go writes and reads them: `1h30m`, `.5s`, `24h0m0s`. Kubernetes-shaped manifests use this form,
//! so reading, printing and the texts of errors follow Go's `time` package to the letter.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

const MICROSECOND: u64 = 1_000;
const MILLISECOND: u64 = 1_000 * MICROSECOND;
const SECOND: u64 = 1_000 * MILLISECOND;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;

/// The magnitude of the smallest duration; only a negative one reaches it.
const MAGNITUDE_MAX: u64 = 1 << 63;

/// A signed length of time in nanoseconds, at most about 292 years either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct GoDuration(i64);

/// A text that Go does not read as a duration. The messages are Go's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    /// No digits where digits must be, an empty text, or a value out of range.
    #[error("time: invalid duration {}", go_quote(text))]
    Invalid {
        /// The whole text.
        text: String,
    },
    /// A number without a unit.
    #[error("time: missing unit in duration {}", go_quote(text))]
    MissingUnit {
        /// The whole text.
        text: String,
    },
    /// A unit that Go does not know, such as `d`.
    #[error("time: unknown unit {} in duration {}", go_quote(unit), go_quote(text))]
    UnknownUnit {
        /// The whole text.
        text: String,
        /// The unit.
        unit: String,
    },
}

impl DurationError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Invalid { .. } => "write numbers with units, such as 90s, 5m or 1h30m, up to 2562047h",
            Self::MissingUnit { .. } => "add a unit: ns, us, ms, s, m or h",
            Self::UnknownUnit { .. } => {
                "the units are ns, us, ms, s, m and h; write days as hours, such as 24h for one day"
            }
        }
    }
}

impl GoDuration {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// The duration of `nanoseconds`.
    #[must_use]
    pub const fn from_nanos(nanoseconds: i64) -> Self {
        Self(nanoseconds)
    }

    /// The number of nanoseconds.
    #[must_use]
    pub const fn as_nanos(self) -> i64 {
        self.0
    }

    /// The same length as `std` has it; `None` for a negative one.
    #[must_use]
    pub fn to_std(self) -> Option<Duration> {
        u64::try_from(self.0).ok().map(Duration::from_nanos)
    }

    /// The same length as Go has it; `None` for one above about 292 years.
    #[must_use]
    pub fn from_std(duration: Duration) -> Option<Self> {
        i64::try_from(duration.as_nanos()).ok().map(Self)
    }
}

impl FromStr for GoDuration {
    type Err = DurationError;

    /// Reads what `time.ParseDuration` reads, with one difference: a sum that passes 2^64 nanoseconds is refused,
    /// where Go wraps round to zero.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || DurationError::Invalid { text: text.to_owned() };
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        if unsigned == "0" {
            return Ok(Self::ZERO);
        }
        if unsigned.is_empty() {
            return Err(invalid());
        }
        let mut magnitude = 0_u64;
        let mut rest = unsigned;
        while !rest.is_empty() {
            let (term, after) = term(rest).map_err(|fault| fault.in_text(text))?;
            magnitude =
                magnitude.checked_add(term).filter(|sum| *sum <= MAGNITUDE_MAX).ok_or_else(invalid)?;
            rest = after;
        }
        let nanoseconds = if negative {
            0_i64.checked_sub_unsigned(magnitude)
        } else {
            0_i64.checked_add_unsigned(magnitude)
        };
        nanoseconds.map(Self).ok_or_else(invalid)
    }
}

/// Why one term of a duration cannot be read.
enum TermFault<'a> {
    Invalid,
    MissingUnit,
    UnknownUnit(&'a str),
}

impl TermFault<'_> {
    fn in_text(self, text: &str) -> DurationError {
        let text = text.to_owned();
        match self {
            Self::Invalid => DurationError::Invalid { text },
            Self::MissingUnit => DurationError::MissingUnit { text },
            Self::UnknownUnit(unit) => DurationError::UnknownUnit { text, unit: unit.to_owned() },
        }
    }
}

/// Reads one number and its unit; gives nanoseconds and what follows.
fn term(text: &str) -> Result<(u64, &str), TermFault<'_>> {
    let (whole, rest) = digits(text);
    let (fraction, rest) = rest.strip_prefix('.').map_or(("", rest), digits);
    let whole_value = leading_int(whole).ok_or(TermFault::Invalid)?;
    if whole.is_empty() && fraction.is_empty() {
        return Err(TermFault::Invalid);
    }
    let unit_end = rest.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(rest.len());
    let (name, rest) = rest.split_at(unit_end);
    let unit = match name {
        "" => return Err(TermFault::MissingUnit),
        "ns" => 1,
        // The micro sign and the Greek letter.
        "us" | "\u{b5}s" | "\u{3bc}s" => MICROSECOND,
        "ms" => MILLISECOND,
        "s" => SECOND,
        "m" => MINUTE,
        "h" => HOUR,
        _ => return Err(TermFault::UnknownUnit(name)),
    };
    let nanoseconds = whole_value.checked_mul(unit).filter(|value| *value <= MAGNITUDE_MAX);
    let nanoseconds = nanoseconds.and_then(|value| value.checked_add(fraction_of(fraction, unit)));
    let in_range = nanoseconds.filter(|value| *value <= MAGNITUDE_MAX);
    Ok((in_range.ok_or(TermFault::Invalid)?, rest))
}

fn digits(text: &str) -> (&str, &str) {
    text.split_at(text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len()))
}

/// The value of `digits`, 0 if there are none; `None` above 2^63.
fn leading_int(digits: &str) -> Option<u64> {
    digits
        .bytes()
        .try_fold(0_u64, |value, digit| value.checked_mul(10)?.checked_add(u64::from(digit - b'0')))
        .filter(|value| *value <= MAGNITUDE_MAX)
}

/// `0.digits` of `unit`, in nanoseconds rounded down. Digits beyond what 63 bits hold are dropped, and the product is
/// taken in floating point, both as Go does it, so that the last nanosecond agrees.
fn fraction_of(digits: &str, unit: u64) -> u64 {
    let mut value = 0_u64;
    let mut scale = 1_f64;
    for digit in digits.bytes() {
        let longer = value.checked_mul(10).and_then(|value| value.checked_add(u64::from(digit - b'0')));
        match longer {
            Some(longer) if value <= (MAGNITUDE_MAX - 1) / 10 && longer <= MAGNITUDE_MAX => value = longer,
            _ => break,
        }
        scale *= 10.0;
    }
    (value as f64 * (unit as f64 / scale)) as u64
}

impl fmt::Display for GoDuration {
    /// The shortest form that keeps every nanosecond, as `Duration.String` has it: `1.5s`, `24h0m0s`, `2.5µs`, `0s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let magnitude = self.0.unsigned_abs();
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(f, "{sign}")?;
        match magnitude {
            0 => f.write_str("0s"),
            1..MICROSECOND => write!(f, "{magnitude}ns"),
            MICROSECOND..MILLISECOND => write!(f, "{}µs", Decimal { value: magnitude, places: 3 }),
            MILLISECOND..SECOND => write!(f, "{}ms", Decimal { value: magnitude, places: 6 }),
            _ => {
                let (hours, minutes) = (magnitude / HOUR, magnitude / MINUTE % 60);
                if hours > 0 {
                    write!(f, "{hours}h")?;
                }
                if hours > 0 || minutes > 0 {
                    write!(f, "{minutes}m")?;
                }
                write!(f, "{}s", Decimal { value: magnitude % MINUTE, places: 9 })
            }
        }
    }
}

/// `value / 10^places` without trailing zeros.
struct Decimal {
    value: u64,
    places: u32,
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let one = 10_u64.pow(self.places);
        write!(f, "{}", self.value / one)?;
        let fraction = self.value % one;
        if fraction > 0 {
            let digits = format!("{fraction:0width$}", width = self.places as usize);
            write!(f, ".{}", digits.trim_end_matches('0'))?;
        }
        Ok(())
    }
}

/// `text` in quotes as Go's `time` package puts it into errors: `\x` for each byte outside printable ASCII.
fn go_quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            ' '..='\x7f' => quoted.push(character),
            _ => {
                let mut buffer = [0; 4];
                let bytes = character.encode_utf8(&mut buffer).bytes();
                quoted.extend(bytes.map(|byte| format!("\\x{byte:02x}")));
            }
        }
    }
    quoted.push('"');
    quoted
}

/// Whether `text` is a duration as the schemas of Kargo's manifests allow it:
/// `^([0-9]+(\.[0-9]+)?(s|m|h))+$`, so without sign and with the units `s`, `m` and `h` only.
#[must_use]
pub fn is_manifest_duration(text: &str) -> bool {
    let mut rest = text;
    loop {
        let (whole, after) = digits(rest);
        let after = match after.strip_prefix('.').map(digits) {
            Some(("", _)) => return false,
            Some((_, after)) => after,
            None => after,
        };
        let Some(after) = after.strip_prefix(['s', 'm', 'h']) else { return false };
        if whole.is_empty() {
            return false;
        }
        if after.is_empty() {
            return true;
        }
        rest = after;
    }
}

#[cfg(test)]
mod tests;
