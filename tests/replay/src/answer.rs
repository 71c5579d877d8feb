//! The comparison rules of recorded answers: when two JSON values are the same, and where they differ if they are not.

use std::fmt;

use serde_json::Value;

/// How numbers compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Numbers {
    /// By value, as `f64`: `4`, `4.0` and `4e0` are the same, and so are `-0` and `0`.
    Float,
    /// As `u64`, to the last digit.
    Exact,
}

/// When a value is the wanted one. The order of an object's keys never matters, that of a list always does.
pub(crate) struct Rules<'a> {
    /// How numbers compare.
    pub(crate) numbers: Numbers,
    /// Whether the first text is what the second wants.
    pub(crate) texts: &'a dyn Fn(&str, &str) -> bool,
}

impl Rules<'static> {
    /// Texts are the same letter by letter.
    pub(crate) const fn plain(numbers: Numbers) -> Self {
        Self { numbers, texts: &|found, wanted| found == wanted }
    }
}

/// Where a value first differs from the wanted one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Difference {
    /// The way there, such as `.images[2].tag`; empty for the whole.
    path: String,
    found: Option<Value>,
    wanted: Option<Value>,
}

impl Rules<'_> {
    /// The first difference; none if the value is the wanted one.
    pub(crate) fn difference(&self, found: &Value, wanted: &Value) -> Option<Difference> {
        match (found, wanted) {
            (Value::Number(a), Value::Number(b)) if self.same_number(a, b) => None,
            (Value::String(a), Value::String(b)) if (self.texts)(a, b) => None,
            (Value::Array(a), Value::Array(b)) => {
                let most = a.len().max(b.len());
                (0..most).find_map(|at| self.member(a.get(at), b.get(at), || format!("[{at}]")))
            }
            (Value::Object(a), Value::Object(b)) => {
                let keys = a.keys().chain(b.keys().filter(|key| !a.contains_key(*key)));
                keys.into_iter().find_map(|key| self.member(a.get(key), b.get(key), || format!(".{key}")))
            }
            (Value::Null, Value::Null) => None,
            (Value::Bool(a), Value::Bool(b)) if a == b => None,
            (a, b) => {
                Some(Difference { path: String::new(), found: Some(a.clone()), wanted: Some(b.clone()) })
            }
        }
    }

    fn member(
        &self,
        found: Option<&Value>,
        wanted: Option<&Value>,
        step: impl FnOnce() -> String,
    ) -> Option<Difference> {
        let mut inner = match (found, wanted) {
            (Some(found), Some(wanted)) => self.difference(found, wanted)?,
            (found, wanted) => {
                Difference { path: String::new(), found: found.cloned(), wanted: wanted.cloned() }
            }
        };
        inner.path.insert_str(0, &step());
        Some(inner)
    }

    fn same_number(&self, a: &serde_json::Number, b: &serde_json::Number) -> bool {
        match (self.numbers, a.as_u64(), b.as_u64()) {
            (Numbers::Exact, Some(a), Some(b)) => a == b,
            _ => a.as_f64() == b.as_f64(),
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.found {
            Some(found) => write!(f, "is {}", show(found))?,
            None => f.write_str("is missing")?,
        }
        if !self.path.is_empty() {
            write!(f, " at {}", self.path)?;
        }
        match &self.wanted {
            Some(wanted) => write!(f, " and should be {}", show(wanted)),
            None => f.write_str(" and should not be there"),
        }
    }
}

/// A value is shown up to this many letters.
const MOST_SHOWN: usize = 160;

/// A value on one line of bounded length.
pub(crate) fn show(value: &Value) -> String {
    shorten(&value.to_string(), MOST_SHOWN)
}

/// A text on one line, up to so many letters.
pub(crate) fn shorten(text: &str, most: usize) -> String {
    let mut line = String::new();
    for (at, c) in text.chars().enumerate() {
        match c {
            _ if at == most => {
                line.push('…');
                break;
            }
            c if c.is_control() => line.extend(c.escape_default()),
            c => line.push(c),
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(found: &Value, wanted: &Value) -> String {
        Rules::plain(Numbers::Float).difference(found, wanted).map(|d| d.to_string()).unwrap_or_default()
    }

    #[test]
    fn numbers_compare_by_value() {
        assert_eq!(told(&json!([4, -0.0, 4e0]), &json!([4.0, 0, 4])), "");
        assert_eq!(told(&json!(u64::MAX), &json!(u64::MAX - 1)), "");
        assert_eq!(told(&json!(4), &json!(4.5)), "is 4 and should be 4.5");
        assert_eq!(told(&json!(4), &json!("4")), "is 4 and should be \"4\"");
        assert_eq!(told(&json!(0), &json!(false)), "is 0 and should be false");
        let exact = Rules::plain(Numbers::Exact);
        assert!(exact.difference(&json!(u64::MAX), &json!(u64::MAX - 1)).is_some());
        assert!(exact.difference(&json!(u64::MAX), &json!(u64::MAX)).is_none());
    }

    #[test]
    fn keys_have_no_order_and_lists_have() {
        assert_eq!(told(&json!({"a": 1, "b": {"c": [2]}}), &json!({"b": {"c": [2]}, "a": 1})), "");
        assert_eq!(told(&json!([1, 2]), &json!([2, 1])), "is 1 at [0] and should be 2");
        assert_eq!(told(&json!([1]), &json!([1, 2])), "is missing at [1] and should be 2");
        assert_eq!(
            told(&json!({"a": {"b": null, "c": 1}}), &json!({"a": {"c": 1}})),
            "is null at .a.b and should not be there"
        );
        assert_eq!(told(&json!({}), &json!(null)), "is {} and should be null");
    }

    #[test]
    fn texts_compare_by_the_given_rule() {
        let rules = Rules { numbers: Numbers::Float, texts: &|_, wanted| wanted == "any" };
        assert!(rules.difference(&json!(["x"]), &json!(["any"])).is_none());
        assert!(rules.difference(&json!(["x"]), &json!(["x"])).is_some());
        assert!(rules.difference(&json!({"any": 1}), &json!({"x": 1})).is_some());
    }

    #[test]
    fn what_is_shown_is_one_bounded_line() {
        assert_eq!(shorten("a\nb\u{1b}[1m", 4), "a\\nb\\u{1b}…");
        assert_eq!(show(&json!("ü".repeat(1000))).chars().count(), MOST_SHOWN + 1);
    }
}
