//! Numbers as Go's `strconv` and `encoding/json` print them.

/// The shortest decimal digits of a number and the power of ten of the first of them.
struct Digits {
    negative: bool,
    digits: String,
    exponent: i32,
}

impl Digits {
    /// Reads them off Rust's own shortest form `-1.5e3`, which has the same digits as Go's.
    fn new(scientific: &str) -> Self {
        let (mantissa, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
        Self {
            negative: mantissa.starts_with('-'),
            digits: mantissa.chars().filter(char::is_ascii_digit).collect(),
            exponent: exponent.parse().unwrap_or(0),
        }
    }

    /// Go's format `g` with the shortest precision.
    fn general(&self) -> String {
        if (-4..6).contains(&self.exponent) { self.plain() } else { self.scientific() }
    }

    fn scientific(&self) -> String {
        let (first, rest) = self.digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        let sign = if self.exponent < 0 { '-' } else { '+' };
        format!("{}{first}{point}{rest}e{sign}{:02}", self.sign(), self.exponent.abs())
    }

    fn plain(&self) -> String {
        let sign = self.sign();
        let Ok(whole_digits) = usize::try_from(self.exponent + 1) else {
            let zeros = "0".repeat(self.exponent.unsigned_abs() as usize - 1);
            return format!("{sign}0.{zeros}{}", self.digits);
        };
        if whole_digits == 0 {
            return format!("{sign}0.{}", self.digits);
        }
        if whole_digits >= self.digits.len() {
            return format!("{sign}{}{}", self.digits, "0".repeat(whole_digits - self.digits.len()));
        }
        let (whole, fraction) = self.digits.split_at(whole_digits);
        format!("{sign}{whole}.{fraction}")
    }

    fn sign(&self) -> &'static str {
        if self.negative { "-" } else { "" }
    }
}

/// `strconv.FormatFloat(number, 'g', -1, 64)` of a finite number.
pub(crate) fn general(number: f64) -> String {
    Digits::new(&format!("{number:e}")).general()
}

/// `strconv.FormatFloat(number, 'g', -1, 32)`, infinities and NaN spelled as YAML has them: how
/// `sigs.k8s.io/yaml` makes a text of a key that is a float.
pub(crate) fn general_single(number: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "Go narrows here too, and the result must be the same"
    )]
    let single = number as f32;
    if single.is_nan() {
        ".nan".to_owned()
    } else if single.is_infinite() {
        if single > 0.0 { ".inf" } else { "-.inf" }.to_owned()
    } else {
        Digits::new(&format!("{single:e}")).general()
    }
}

/// The digits `encoding/json` prints for a finite number without a fraction, if it prints it without an exponent.
/// They are the shortest digits that mean the number, filled up with zeros.
pub(crate) fn json_integer(number: f64) -> Option<String> {
    (number.fract() == 0.0 && number.abs() < 1e21).then(|| Digits::new(&format!("{number:e}")).plain())
}
