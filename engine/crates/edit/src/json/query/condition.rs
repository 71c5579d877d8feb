//! What an item must be like: `#(name=="x")`, `#(port>=80)`, `#(tag%"v1.*")`, `#(enabled)`.

use super::pattern;
use crate::json::scan;

/// A condition, and what is wanted of the items that are like it.
#[derive(Debug, PartialEq)]
pub(super) struct Condition<'p> {
    /// The way to the value in an item; empty for the item itself.
    pub(super) path: &'p str,
    compare: &'p str,
    with: String,
    /// Whether all such items are meant, or the first.
    pub(super) is_for_all: bool,
    /// The way on from the item.
    pub(super) rest: Option<&'p str>,
}

impl<'p> Condition<'p> {
    /// Reads it from the start of a path; none if it is not well formed, or if a new value is made of what it finds.
    pub(super) fn read(path: &'p str) -> Option<Self> {
        let (end, operator) = extent(path)?;
        let (inner, rest) = (&path[2..end], &path[end + 1..]);
        let (path, compare, with) = match operator {
            None => (trim(inner), "", ""),
            Some(at) => {
                let (compare, with) = operator_of(trim(&path[at..end]));
                (trim(&path[2..at]), compare, trim(with))
            }
        };
        let (is_for_all, rest) = rest.strip_prefix('#').map_or((false, rest), |rest| (true, rest));
        let rest = match rest.find(['.', '|']) {
            None => None,
            Some(at) if rest[at..].starts_with('|') => return None,
            Some(at) => Some(super::behind_dot(&rest[at + 1..])?),
        };
        let unquoted = with.strip_prefix('"').and_then(|with| with.strip_suffix('"'));
        let with = unquoted.map_or(with.to_owned(), |with| scan::unescape(with.as_bytes()).into_owned());
        Some(Self { path, compare, with, is_for_all, rest })
    }

    /// Whether a value, as it is written, is like this.
    pub(super) fn holds_for(&self, value: Option<&[u8]>) -> bool {
        if let Some(wanted) = self.with.strip_prefix('~') {
            let truth: &[u8] = if is_true(value) { b"true" } else { b"false" };
            return self.compare.is_empty() || self.compare_bool(truth == b"true", wanted);
        }
        let Some(value) = value else { return false };
        if self.compare.is_empty() {
            return true;
        }
        match value.first() {
            Some(b'"') => self.compare_texts(&text_of(value)),
            Some(b't') => self.compare_bool(true, &self.with),
            Some(b'f') => self.compare_bool(false, &self.with),
            Some(b'{' | b'[' | b'n') | None => false,
            Some(_) => self.compare_numbers(number(value)),
        }
    }

    fn compare_texts(&self, value: &str) -> bool {
        let with = self.with.as_str();
        match self.compare {
            "=" => value == with,
            "!=" => value != with,
            "<" => value < with,
            "<=" => value <= with,
            ">" => value > with,
            ">=" => value >= with,
            "%" => pattern::matches(value, with),
            "!%" => !pattern::matches(value, with),
            _ => false,
        }
    }

    #[expect(clippy::float_cmp, reason = "the numbers are compared as they were written")]
    fn compare_numbers(&self, value: f64) -> bool {
        let with = number(self.with.as_bytes());
        match self.compare {
            "=" => value == with,
            "!=" => value != with,
            "<" => value < with,
            "<=" => value <= with,
            ">" => value > with,
            ">=" => value >= with,
            _ => false,
        }
    }

    fn compare_bool(&self, value: bool, with: &str) -> bool {
        match (self.compare, value) {
            ("=", true) => with == "true",
            ("=", false) => with == "false",
            ("!=", true) => with != "true",
            ("!=", false) => with != "false",
            (">", true) => with == "false",
            ("<", false) => with == "true",
            (">=", true) | ("<=", false) => true,
            _ => false,
        }
    }
}

/// Where the bracket closes that opens a condition, and where in it an operator starts.
fn extent(path: &str) -> Option<(usize, Option<usize>)> {
    let bytes = path.as_bytes();
    let (mut at, mut depth, mut operator) = (2, 1_usize, None);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'!' | b'=' | b'<' | b'>' | b'%' if depth == 1 && operator.is_none() => operator = Some(at),
            b'\\' => at += 1,
            b'[' | b'(' => depth += 1,
            b']' | b')' => {
                depth -= 1;
                if depth == 0 {
                    return Some((at, operator));
                }
            }
            b'"' => {
                at += 1;
                while let Some(byte) = bytes.get(at).filter(|byte| **byte != b'"') {
                    at += if *byte == b'\\' { 2 } else { 1 };
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// The operator at the start of a text, and what follows.
fn operator_of(text: &str) -> (&str, &str) {
    if let Some(rest) = text.strip_prefix("==") {
        return ("=", rest);
    }
    let length = ["!=", "!%", "<=", ">=", "<", ">", "=", "%"]
        .into_iter()
        .find(|operator| text.starts_with(operator))
        .map_or(usize::from(text.len() == 1), str::len);
    text.split_at(length)
}

fn trim(text: &str) -> &str {
    text.trim_matches(|character| character <= ' ')
}

/// What a text says.
fn text_of(value: &[u8]) -> String {
    scan::unescape(value.get(1..value.len() - 1).unwrap_or_default()).into_owned()
}

fn number(text: &[u8]) -> f64 {
    str::from_utf8(text).ok().and_then(|text| text.parse().ok()).unwrap_or(0.0)
}

fn is_true(value: Option<&[u8]>) -> bool {
    match value.and_then(<[u8]>::first) {
        Some(b't') => true,
        Some(b'"') => {
            matches!(text_of(value.unwrap_or_default()).to_lowercase().as_str(), "1" | "t" | "true")
        }
        Some(b'f' | b'n' | b'{' | b'[') | None => false,
        Some(_) => number(value.unwrap_or_default()) != 0.0,
    }
}
