//! Unicode as Go's `unicode` and `strings` packages see it: letters, digits, printable characters, simple
//! case mapping.

use std::sync::LazyLock;

use regex::Regex;

static LETTER: LazyLock<Regex> = LazyLock::new(|| class(r"^\p{L}$"));
static DIGIT: LazyLock<Regex> = LazyLock::new(|| class(r"^\p{Nd}$"));

fn class(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a constant pattern over Unicode's general categories")
}

fn is_in(class: &Regex, c: char) -> bool {
    class.is_match(c.encode_utf8(&mut [0; 4]))
}

/// `unicode.IsLetter`.
pub(crate) fn is_letter(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphabetic() } else { is_in(&LETTER, c) }
}

/// `unicode.IsDigit`.
pub(crate) fn is_digit(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_digit() } else { is_in(&DIGIT, c) }
}

/// `strconv.IsPrint`: letters, marks, numbers, punctuation, symbols, and the ASCII space. It is what Rust does not escape
/// behind another character.
pub(crate) fn is_print(c: char) -> bool {
    if c.is_ascii() {
        return c == ' ' || c.is_ascii_graphic();
    }
    let behind_another: String = ['x', c].into_iter().collect();
    behind_another.escape_debug().nth(1) == Some(c)
}

/// `strings.ToUpper`: each character by itself to one character, so that `ß` stays.
pub(crate) fn to_upper(text: &str) -> String {
    text.chars().map(upper).collect()
}

/// `strings.ToLower`: each character by itself to one character.
pub(crate) fn to_lower(text: &str) -> String {
    text.chars().map(lower).collect()
}

fn upper(c: char) -> char {
    let mut full = c.to_uppercase();
    match (full.next(), full.next()) {
        (Some(one), None) => one,
        // Greek letters with iota subscript have a one-character capital; the other expanding letters have
        // none.
        _ => match c {
            '\u{1f80}'..='\u{1faf}' => char::from_u32(u32::from(c) | 8).unwrap_or(c),
            '\u{1fb3}' | '\u{1fc3}' | '\u{1ff3}' => char::from_u32(u32::from(c) + 9).unwrap_or(c),
            _ => c,
        },
    }
}

fn lower(c: char) -> char {
    let mut full = c.to_lowercase();
    match (full.next(), full.next()) {
        (Some(one), None) => one,
        // The one letter that expands, İ: its simple mapping is the plain i.
        (Some(first), Some(_)) => first,
        (None, _) => c,
    }
}

/// The string of bytes that may not be UTF-8: each byte that is no part of a character becomes U+FFFD.
pub(crate) fn from_bytes(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_is_mapped_character_by_character() {
        assert_eq!(to_upper("größe ŉ ᾳ ᾀ"), "GRÖßE ŉ ᾼ ᾈ");
        assert_eq!(to_lower("AÉ İ ΑΣ"), "aé i ας".replace('ς', "σ"));
    }

    #[test]
    fn broken_bytes_are_replaced_one_by_one() {
        assert_eq!(from_bytes(b"a\xe6\x97b"), "a\u{fffd}\u{fffd}b");
    }
}
