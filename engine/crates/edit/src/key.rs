//! Keys that name a value in a document: `image.tag`, `env.0.value`, `annotations.example\.com/name`.

/// A key that names nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// There is nothing but blanks.
    #[error("the key is empty: empty key")]
    Empty,
    /// There is nothing before the first dot, between two, or behind the last.
    #[error("empty key part in key {0:?}: write `\\.` for a dot that belongs to a name")]
    EmptyPart(String),
    /// A colon stands inside of a part.
    #[error("unexpected colon in key {0:?}: write `\\:` for a colon that belongs to a name")]
    Colon(String),
    /// A backslash stands before something else than a dot or a colon.
    #[error("invalid escape sequence in key {0:?}: only `\\.` and `\\:` are known")]
    Escape(String),
}

/// The parts of a key, which dots separate. `\.` and `\:` stand for a dot and a colon that belong to a part. A colon before a
/// part says that it is a name even if it looks like an index; here it may be left out, because whoever follows the key sees
/// whether there is a list.
///
/// # Errors
/// The key has no parts, or one that is empty or not well formed.
pub fn split_key(key: &str) -> Result<Vec<String>, KeyError> {
    let key = key.trim();
    if key.is_empty() {
        return Err(KeyError::Empty);
    }
    let mut parts = Vec::new();
    let mut part = String::new();
    let mut escaped = false;
    for character in key.chars() {
        match character {
            '.' | ':' if escaped => {
                part.push(character);
                escaped = false;
            }
            _ if escaped => return Err(KeyError::Escape(key.to_owned())),
            '\\' => escaped = true,
            '.' if part.is_empty() => return Err(KeyError::EmptyPart(key.to_owned())),
            '.' => parts.push(std::mem::take(&mut part)),
            ':' if part.is_empty() => {}
            ':' => return Err(KeyError::Colon(key.to_owned())),
            other => part.push(other),
        }
    }
    if part.is_empty() {
        return Err(KeyError::EmptyPart(key.to_owned()));
    }
    parts.push(part);
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_separate_unless_they_are_escaped() {
        for (key, parts) in [
            ("a", &["a"][..]),
            ("a.b.0", &["a", "b", "0"]),
            (" a.b ", &["a", "b"]),
            (r"a\.b.c", &["a.b", "c"]),
            (r"\.a", &[".a"]),
            (r"a\:b", &["a:b"]),
            (":7.::x", &["7", "x"]),
            ("ключ.日本", &["ключ", "日本"]),
            ("a b.c@d", &["a b", "c@d"]),
            // What stands behind the last backslash is nothing, and so is the backslash.
            (r"a\", &["a"]),
        ] {
            assert_eq!(split_key(key).unwrap(), parts, "{key}");
        }
    }

    #[test]
    fn what_names_nothing_is_told_apart() {
        let wrong = |key: &str| split_key(key).unwrap_err();
        assert_eq!(wrong("  "), KeyError::Empty);
        for key in [".", "a.", ".a", "a..b", ":", "a.:"] {
            assert_eq!(wrong(key), KeyError::EmptyPart(key.to_owned()));
        }
        assert_eq!(wrong("a:b"), KeyError::Colon("a:b".to_owned()));
        for key in [r"a\b", r"\\", r"a\é"] {
            assert_eq!(wrong(key), KeyError::Escape(key.to_owned()));
        }
    }
}
