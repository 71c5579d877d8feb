//! The parts of a key.

use super::JsonError;

/// No reader takes more levels.
const MOST_PARTS: usize = 127;

/// One part of a key.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Part {
    /// The name or the index, without escapes.
    pub(super) name: String,
    /// A colon says that this is a name.
    is_name: bool,
}

impl Part {
    /// The index of an item that may be there. Here a colon counts for nothing.
    pub(super) fn index_to_read(&self) -> Option<usize> {
        if self.name.is_empty() { None } else { digits(&self.name) }
    }

    /// The index of an item that is to be made. Nothing at all is index 0.
    pub(super) fn index_to_make(&self) -> Option<usize> {
        if self.is_name { None } else { digits(&self.name) }
    }

    /// Whether it stands for the place behind the last item.
    pub(super) fn is_end(&self) -> bool {
        !self.is_name && self.name == "-1"
    }
}

/// A number that is too great for any list is the greatest one.
fn digits(text: &str) -> Option<usize> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        _ if !is_number => None,
        Ok(number) => Some(number),
        Err(_) if text.is_empty() => Some(0),
        Err(_) => Some(usize::MAX),
    }
}

/// The parts of a key; none if it has signs in it that make it a query.
pub(super) fn parts(key: &str) -> Result<Option<Vec<Part>>, JsonError> {
    if key.is_empty() {
        return Err(JsonError::EmptyKey);
    }
    // Queries are followed level by level too.
    if key.bytes().filter(|byte| matches!(byte, b'.' | b'(' | b'[')).count() >= MOST_PARTS {
        return Err(JsonError::TooDeep { most: MOST_PARTS });
    }
    let mut parts = Vec::new();
    let mut rest = Some(key);
    while let Some(text) = rest {
        let Some((part, behind)) = first(text) else { return Ok(None) };
        parts.push(part);
        rest = behind;
    }
    Ok(Some(parts))
}

/// The first part, and what stands behind its dot.
fn first(text: &str) -> Option<(Part, Option<&str>)> {
    let (text, is_name) = text.strip_prefix(':').map_or((text, false), |text| (text, true));
    let mut name = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '.' => return Some((Part { name, is_name }, Some(&text[at + 1..]))),
            '|' | '#' | '@' | '*' | '?' => return None,
            '\\' => name.extend(characters.next().map(|(_, escaped)| escaped)),
            other => name.push(other),
        }
    }
    Some((Part { name, is_name }, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(key: &str) -> Option<Vec<String>> {
        parts(key).unwrap().map(|parts| parts.into_iter().map(|part| part.name).collect())
    }

    #[test]
    fn dots_separate_and_backslashes_escape() {
        for (key, wanted) in [
            ("a", &["a"][..]),
            ("a.b.0", &["a", "b", "0"]),
            (r"a\.b.c", &["a.b", "c"]),
            (r"a\*\\b", &[r"a*\b"]),
            (r"a\", &["a"]),
            ("a.", &["a", ""]),
            ("::a", &[":a"]),
            ("é.日本", &["é", "日本"]),
        ] {
            assert_eq!(names(key).unwrap(), wanted, "{key}");
        }
        for key in ["a*", "?", "a|b", "a.#", "@this", "a@b"] {
            assert_eq!(names(key), None, "{key}");
        }
        assert_eq!(parts(""), Err(JsonError::EmptyKey));
        assert_eq!(parts(&"a.".repeat(127)), Err(JsonError::TooDeep { most: 127 }));
    }

    #[test]
    fn a_colon_makes_a_name_of_digits() {
        let part = |key: &str| parts(key).unwrap().unwrap().remove(0);
        assert_eq!(part("7").index_to_make(), Some(7));
        assert_eq!(part(":7").index_to_make(), None);
        assert_eq!(part(":7").index_to_read(), Some(7));
        assert_eq!(part("99999999999999999999").index_to_make(), Some(usize::MAX));
        assert_eq!((part(".a").index_to_make(), part(".a").index_to_read()), (Some(0), None));
        assert!(part("-1").is_end() && !part(":-1").is_end());
    }
}
