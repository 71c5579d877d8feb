//! Values as they are written.

use serde_json::Value;

/// A text, a number or a bool; none for anything else. Numbers have no exponent.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(self::text(text)),
        Value::Bool(bool) => Some(bool.to_string()),
        Value::Number(number) => Some(match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(number), ..) => number.to_string(),
            (_, Some(number), _) => number.to_string(),
            (.., Some(number)) => number.to_string(),
            (None, None, None) => number.to_string(),
        }),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A text in quotes. One that needs an escape gets those of Go's `encoding/json`, which also hide what HTML would read.
pub(super) fn text(text: &str) -> String {
    let needs_escapes =
        text.bytes().any(|byte| !(b' '..=0x7f).contains(&byte) || matches!(byte, b'"' | b'\\'));
    if !needs_escapes {
        return format!("\"{text}\"");
    }
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\u{8}' => quoted.push_str("\\b"),
            '\u{c}' => quoted.push_str("\\f"),
            '\0'..='\u{1f}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                quoted.push_str(&format!("\\u{:04x}", u32::from(character)));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_are_escaped_as_in_go() {
        assert_eq!(text("a<b>&\u{7f}"), "\"a<b>&\u{7f}\"");
        assert_eq!(text("é<"), "\"é\\u003c\"");
        assert_eq!(text("a\"\\\n\r\t\u{8}\u{c}\u{1}\u{2028}"), r#""a\"\\\n\r\t\b\f\u0001\u2028""#);
    }

    #[test]
    fn numbers_have_no_exponent() {
        for (value, written) in [
            (json!(5), "5"),
            (json!(-5), "-5"),
            (json!(5.0), "5"),
            (json!(1.25), "1.25"),
            (json!(1e21), "1000000000000000000000"),
            (json!(1e-7), "0.0000001"),
            (json!(u64::MAX), "18446744073709551615"),
            (json!(true), "true"),
        ] {
            assert_eq!(scalar(&value).as_deref(), Some(written));
        }
        assert_eq!(scalar(&json!(null)), None);
        assert_eq!(scalar(&json!([1])), None);
    }
}
