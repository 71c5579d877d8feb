//! Label selectors, as queries carry them: `a=b,c!=d,e in (f,g),h notin (i),j,!k`.

use serde_json::Value;

/// A selector: everything in it must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Selector(Vec<Requirement>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Requirement {
    key: String,
    test: Test,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Test {
    In(Vec<String>),
    NotIn(Vec<String>),
    Exists,
    DoesNotExist,
}

impl Selector {
    /// Reads a selector; the offending requirement if it cannot be read.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let pieces = split(text);
        let pieces = pieces.iter().map(|piece| piece.trim()).filter(|piece| !piece.is_empty());
        pieces
            .map(|piece| requirement(piece).ok_or_else(|| piece.to_owned()))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Whether an object's labels are such.
    pub(super) fn matches(&self, object: &Value) -> bool {
        let label = |key: &str| object.pointer("/metadata/labels")?.get(key)?.as_str();
        self.0.iter().all(|requirement| {
            let value = label(&requirement.key);
            let among = |values: &[String]| value.is_some_and(|value| values.iter().any(|v| v == value));
            match &requirement.test {
                Test::In(values) => among(values),
                Test::NotIn(values) => !among(values),
                Test::Exists => value.is_some(),
                Test::DoesNotExist => value.is_none(),
            }
        })
    }
}

/// The requirements: separated by commas that are not in parentheses.
fn split(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut from, mut depth) = (0, 0_u32);
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                pieces.push(&text[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    pieces.push(&text[from..]);
    pieces
}

fn requirement(text: &str) -> Option<Requirement> {
    let of = |key: &str, test: Test| {
        let key = key.trim();
        is_key(key).then(|| Requirement { key: key.to_owned(), test })
    };
    if let Some(key) = text.strip_prefix('!') {
        return of(key, Test::DoesNotExist);
    }
    if let Some((head, list)) = text.strip_suffix(')').and_then(|text| text.split_once('(')) {
        let values: Vec<String> = list.split(',').map(|value| value.trim().to_owned()).collect();
        if !values.iter().all(|value| is_value(value)) {
            return None;
        }
        let (key, operator) = head.trim().rsplit_once(char::is_whitespace)?;
        return match operator {
            "in" => of(key, Test::In(values)),
            "notin" => of(key, Test::NotIn(values)),
            _ => None,
        };
    }
    for (operator, negated) in [("!=", true), ("==", false), ("=", false)] {
        if let Some((key, value)) = text.split_once(operator) {
            let values = vec![value.trim().to_owned()];
            if !is_value(&values[0]) {
                return None;
            }
            return of(key, if negated { Test::NotIn(values) } else { Test::In(values) });
        }
    }
    of(text, Test::Exists)
}

fn is_key(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|c| c.is_ascii_alphanumeric() || b"-_./".contains(&c))
}

fn is_value(value: &str) -> bool {
    value.bytes().all(|c| c.is_ascii_alphanumeric() || b"-_.".contains(&c))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn selectors_pick_by_labels() {
        let object = json!({"metadata": {"labels": {"app": "shop", "kargo.akuity.io/x": "", "n": "1"}}});
        for (selector, expected) in [
            ("", true),
            ("app=shop", true),
            ("app==shop,n=1", true),
            ("app!=shop", false),
            ("other!=shop", true),
            ("app in (a, shop)", true),
            ("app in (a)", false),
            ("app notin (a),other notin (b)", true),
            ("app", true),
            ("!app", false),
            ("!other, kargo.akuity.io/x=", true),
            ("kargo.akuity.io/x", true),
        ] {
            assert_eq!(Selector::parse(selector).unwrap().matches(&object), expected, "{selector}");
        }
    }

    #[test]
    fn what_is_no_selector_is_refused() {
        for bad in ["a b", "=x", "!", "a in x", "a of (x)", "in (x)", "a=(x)", "a=b c", "a in (x", "ä"] {
            assert_eq!(Selector::parse(bad), Err(bad.to_owned()));
        }
    }
}
