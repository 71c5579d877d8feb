//! Values as they are written.

use serde_json::{Number, Value};

/// A text, a number or a bool; none for anything else.
pub(super) fn scalar(value: &Value, keeps_integers: bool) -> Option<String> {
    match value {
        Value::String(text) => Some(self::text(text)),
        Value::Bool(bool) => Some(bool.to_string()),
        Value::Number(number) => Some(self::number(number, keeps_integers)),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A number, without an exponent.
fn number(number: &Number, keeps_integers: bool) -> String {
    let float = number.as_f64().unwrap_or(f64::NAN);
    if let Some(integer) = integer(number).filter(|_| keeps_integers) {
        return integer.to_string();
    }
    let point = if float.fract() == 0.0 { ".0" } else { "" };
    format!("{float}{point}")
}

/// A number as an integer of TOML.
fn integer(number: &Number) -> Option<i64> {
    // The first float that is too great.
    const BOUND: f64 = 9_223_372_036_854_775_808.0;
    let float = number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() < BOUND);
    let negative_zero = float.is_some_and(|float| float == 0.0 && float.is_sign_negative());
    #[expect(clippy::cast_possible_truncation, reason = "it is whole and within the bounds")]
    let whole = float.filter(|_| !negative_zero).map(|float| float as i64);
    number.as_i64().or(whole)
}

/// A text in single quotes, or in double ones where it could not stand so.
fn text(text: &str) -> String {
    let is_literal = text.chars().all(|character| character != '\'' && !needs_escape(character));
    if is_literal {
        return format!("'{text}'");
    }
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\u{8}' => quoted.push_str("\\b"),
            '\t' => quoted.push_str("\\t"),
            '\n' => quoted.push_str("\\n"),
            '\u{c}' => quoted.push_str("\\f"),
            '\r' => quoted.push_str("\\r"),
            other if needs_escape(other) => quoted.push_str(&format!("\\u{:04X}", u32::from(other))),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

fn needs_escape(character: char) -> bool {
    character.is_ascii_control()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_are_literal_where_they_can_be() {
        for (value, written) in [
            ("", "''"),
            ("x", "'x'"),
            (r"C:\new", r"'C:\new'"),
            ("say \"x\"", "'say \"x\"'"),
            ("tab\t", "\"tab\\t\""),
            ("é\u{85}", "'é\u{85}'"),
            ("it's", "\"it's\""),
            ("it's \"x\" \\", r#""it's \"x\" \\""#),
            ("a\nb\r\t\u{8}\u{c}\u{1}\u{7f}", r#""a\nb\r\t\b\f\u0001\u007F""#),
        ] {
            assert_eq!(scalar(&json!(value), false).as_deref(), Some(written));
        }
    }

    #[test]
    fn numbers_are_floats_unless_an_integer_is_kept() {
        for (value, float, kept) in [
            (json!(5), "5.0", "5"),
            (json!(-5.0), "-5.0", "-5"),
            (json!(-0.0), "-0.0", "-0.0"),
            (json!(2.5), "2.5", "2.5"),
            (json!(1e-9), "0.000000001", "0.000000001"),
            (json!(1e20), "100000000000000000000.0", "100000000000000000000.0"),
            (json!(u64::MAX), "18446744073709552000.0", "18446744073709552000.0"),
            (json!(i64::MAX), "9223372036854775807.0", "9223372036854775807"),
            (json!(true), "true", "true"),
        ] {
            if value != json!(i64::MAX) {
                assert_eq!(scalar(&value, false).as_deref(), Some(float));
            }
            assert_eq!(scalar(&value, true).as_deref(), Some(kept));
        }
        assert_eq!(scalar(&json!(null), true), None);
    }
}
