//! Walking over JSON that may be broken: members of objects and items of lists, by the bytes that begin and end them.

use std::borrow::Cow;
use std::ops::Range;

/// The place behind blanks, and behind whatever else of ASCII has no picture.
pub(super) fn skip_blanks(text: &[u8], from: usize) -> usize {
    text[from..].iter().position(|byte| *byte > b' ').map_or(text.len(), |length| from + length)
}

/// Where the object or the list starts that a text is. Before the first one of a text there may be anything but a value.
pub(super) fn container(text: &[u8]) -> Option<usize> {
    let start = skip_blanks(text, 0);
    match text.get(start)? {
        b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n' => None,
        _ => text.iter().position(|byte| matches!(byte, b'{' | b'[')),
    }
}

/// The members of an object.
pub(super) struct Members<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Members<'a> {
    /// Those from behind the brace on.
    pub(super) fn new(text: &'a [u8], at: usize) -> Self {
        Self { text, at }
    }
}

impl<'a> Iterator for Members<'a> {
    /// The name, and the place of the value.
    type Item = (Cow<'a, str>, Range<usize>);

    fn next(&mut self) -> Option<Self::Item> {
        let text = self.text;
        let quote = self.at + text[self.at..].iter().position(|byte| matches!(byte, b'"' | b'}'))?;
        if text[quote] == b'}' {
            self.at = text.len();
            return None;
        }
        let behind_name = string_end(text, quote)?;
        let start = behind_name + text[behind_name..].iter().position(|byte| begins_value(*byte))?;
        let end = value_end(text, start)?;
        self.at = end;
        Some((unescape(&text[quote + 1..behind_name - 1]), start..end))
    }
}

/// The items of a list.
pub(super) struct Items<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Items<'a> {
    /// Those from behind the bracket on.
    pub(super) fn new(text: &'a [u8], at: usize) -> Self {
        Self { text, at }
    }
}

impl Iterator for Items<'_> {
    /// The place of the item.
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Self::Item> {
        let text = self.text;
        let start = self.at + text[self.at..].iter().position(|byte| *byte == b']' || begins_value(*byte))?;
        if text[start] == b']' {
            self.at = text.len();
            return None;
        }
        self.at = value_end(text, start)?;
        Some(start..self.at)
    }
}

fn begins_value(byte: u8) -> bool {
    matches!(byte, b'"' | b'{' | b'[' | b'n' | b't' | b'f' | b'+' | b'-' | b'0'..=b'9' | b'i' | b'I' | b'N')
}

/// The end of the value that starts here; none of a text without its second quote.
fn value_end(text: &[u8], start: usize) -> Option<usize> {
    let until = |ends: &dyn Fn(u8) -> bool| {
        let rest = &text[start + 1..];
        start + 1 + rest.iter().position(|byte| ends(*byte)).unwrap_or(rest.len())
    };
    let is_word = match text[start] {
        b'"' => return string_end(text, start),
        b'{' | b'[' => return Some(container_end(text, start)),
        b't' | b'f' => true,
        b'n' => text.get(start + 1).is_none_or(|next| *next == b'u'),
        _ => false,
    };
    Some(if is_word {
        until(&|byte| !byte.is_ascii_lowercase())
    } else {
        until(&|byte| byte <= b' ' || matches!(byte, b',' | b']' | b'}'))
    })
}

/// The place behind the quote that ends the text whose first quote is at `start`.
fn string_end(text: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    loop {
        match text.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// The place behind the bracket that closes the one at `start`; the end of the text if none does.
fn container_end(text: &[u8], start: usize) -> usize {
    let mut depth = 0_usize;
    let mut at = start;
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => {
                at = string_end(text, at).unwrap_or(text.len());
                continue;
            }
            b'{' | b'[' | b'(' => depth += 1,
            b'}' | b']' | b')' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
        at += 1;
    }
    text.len()
}

/// A text without its escapes. What is none ends it.
pub(super) fn unescape(text: &[u8]) -> Cow<'_, str> {
    if !text.contains(&b'\\') {
        return String::from_utf8_lossy(text);
    }
    let quoted = [b"\"", text, b"\""].concat();
    match serde_json::from_slice::<String>(&quoted) {
        Ok(text) => Cow::Owned(text),
        Err(_) => String::from_utf8_lossy(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(text: &str) -> Vec<(String, &str)> {
        Members::new(text.as_bytes(), 1).map(|(name, value)| (name.into_owned(), &text[value])).collect()
    }

    #[test]
    fn members_and_items_are_found_in_good_and_in_broken_json() {
        assert_eq!(
            members(r#"{"a":1 , "b" : "x\"}" ,"\u0063":{"d":[1,{}]},"e":null}"#),
            [("a", "1"), ("b", r#""x\"}""#), ("c", r#"{"d":[1,{}]}"#), ("e", "null")]
                .map(|(name, value)| (name.to_owned(), value))
        );
        assert_eq!(members(r#"{"a": 2, oops"#), [("a".to_owned(), "2")]);
        assert_eq!(members(r#"{"a": "open"#), []);
        assert_eq!(members(r#"{"a": [1, {"#), [("a".to_owned(), "[1, {")]);
        let text = "[ -1.5e3,true, \"]\" ,[2]]";
        let items: Vec<&str> = Items::new(text.as_bytes(), 1).map(|item| &text[item]).collect();
        assert_eq!(items, ["-1.5e3", "true", "\"]\"", "[2]"]);
    }

    #[test]
    fn only_a_text_that_is_no_value_has_a_container() {
        assert_eq!(container(b" \n{}"), Some(2));
        assert_eq!(container(b"// x\n[1]"), Some(5));
        assert_eq!(container(b"\"{\""), None);
        assert_eq!(container(b""), None);
    }
}
