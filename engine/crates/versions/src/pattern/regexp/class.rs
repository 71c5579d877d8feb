//! Sets of characters and single escapes: `[a-z\d[:alpha:]]`, `\pL`, `\x{1F600}`, `\n`.
//! They are written for the engine as code points, so that none of its own class syntax (nesting, `&&`) can arise.

use std::fmt::Write as _;

use super::cursor::{Cursor, Fault};

/// A class that matches nothing; the engine has no literal for it.
const NOTHING: &str = r"[^\x{0}-\x{10FFFF}]";

const POSIX_CLASSES: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space",
    "upper", "word", "xdigit",
];

/// Writes the code point `value` as an expression of its own. A surrogate occurs in no text.
pub(super) fn write_literal(value: u32, out: &mut String) {
    match char::from_u32(value) {
        Some(character) => out.push_str(&regex::escape(character.encode_utf8(&mut [0; 4]))),
        None => out.push_str(NOTHING),
    }
}

/// Translates `[…]`, the cursor standing behind the `[`.
pub(super) fn translate_class(cursor: &mut Cursor, out: &mut String) -> Result<(), Fault> {
    let start = cursor.at().saturating_sub(1);
    let unclosed = (start, "[ is not closed");
    out.push('[');
    if cursor.eat("^") {
        out.push('^');
    }
    let content = out.len();
    let mut first = true;
    // A `]` that comes first is a member.
    while first || cursor.peek() != Some(']') {
        first = false;
        if cursor.rest().is_empty() {
            return Err(unclosed);
        }
        if translate_named_class(cursor, out)? || translate_class_escape(cursor, out)? {
            continue;
        }
        let range_start = cursor.at();
        let low = class_character(cursor, unclosed)?;
        let mut high = low;
        if cursor.rest().starts_with('-') && cursor.rest().len() > 1 && !cursor.rest().starts_with("-]") {
            cursor.bump();
            high = class_character(cursor, unclosed)?;
        }
        if high < low {
            return Err((range_start, "the ends of the range are the wrong way round"));
        }
        write_range(low, high, out);
    }
    cursor.bump();
    if out.len() == content {
        // Only surrogates were named, which occur in no text.
        out.push_str(NOTHING);
    }
    out.push(']');
    Ok(())
}

/// Translates `\d \s \w \D \S \W \pX \p{…} \PX \P{…}`, inside a class or outside; false if none comes next.
pub(super) fn translate_class_escape(cursor: &mut Cursor, out: &mut String) -> Result<bool, Fault> {
    let rest = cursor.rest();
    if rest.starts_with(r"\p") || rest.starts_with(r"\P") {
        translate_property(cursor, out)?;
        return Ok(true);
    }
    for (escape, class) in [
        (r"\d", "[0-9]"),
        (r"\D", "[^0-9]"),
        (r"\s", r"[\t\n\f\r ]"),
        (r"\S", r"[^\t\n\f\r ]"),
        (r"\w", "[0-9A-Za-z_]"),
        (r"\W", "[^0-9A-Za-z_]"),
    ] {
        if cursor.eat(escape) {
            out.push_str(class);
            return Ok(true);
        }
    }
    Ok(false)
}

/// Reads a `\` and what it escapes, as a code point.
pub(super) fn escape(cursor: &mut Cursor) -> Result<u32, Fault> {
    let start = cursor.at();
    let unknown = (start, "unknown escape");
    cursor.bump();
    let character = cursor.bump().ok_or((start, r"\ has nothing to escape"))?;
    let value = match character {
        'a' => 0x07,
        'f' => 0x0c,
        'n' => u32::from('\n'),
        'r' => u32::from('\r'),
        't' => u32::from('\t'),
        'v' => 0x0b,
        'x' => return hexadecimal(cursor).ok_or((start, r"\x needs two hexadecimal digits or {…}")),
        '1'..='7' if !cursor.peek().is_some_and(is_octal) => {
            return Err((start, "back-references are not supported"));
        }
        '0'..='7' => {
            let mut value = u32::from(character) - u32::from('0');
            for _ in 0..2 {
                let Some(digit) = cursor.bump_if(is_octal) else { break };
                value = value * 8 + u32::from(digit) - u32::from('0');
            }
            value
        }
        _ if character.is_ascii() && !character.is_ascii_alphanumeric() => u32::from(character),
        _ => return Err(unknown),
    };
    Ok(value)
}

fn is_octal(character: char) -> bool {
    character.is_digit(8)
}

/// What follows `\x`: two digits, or any number of them in braces.
fn hexadecimal(cursor: &mut Cursor) -> Option<u32> {
    let digit = |cursor: &mut Cursor| cursor.bump()?.to_digit(16);
    if !cursor.eat("{") {
        return Some(digit(cursor)? * 16 + digit(cursor)?);
    }
    let digits = cursor.take_to("}")?;
    if digits.is_empty() {
        return None;
    }
    digits.chars().try_fold(0_u32, |value, character| {
        Some(value * 16 + character.to_digit(16)?).filter(|value| *value <= u32::from(char::MAX))
    })
}

fn class_character(cursor: &mut Cursor, unclosed: Fault) -> Result<u32, Fault> {
    match cursor.peek() {
        Some('\\') => escape(cursor),
        _ => cursor.bump().map(u32::from).ok_or(unclosed),
    }
}

/// `[:alpha:]` within a class. Without its `:]`, `[:` is two members.
fn translate_named_class(cursor: &mut Cursor, out: &mut String) -> Result<bool, Fault> {
    let start = cursor.at();
    let mut ahead = cursor.clone();
    if !ahead.eat("[:") {
        return Ok(false);
    }
    let Some(name) = ahead.take_to(":]") else { return Ok(false) };
    if !POSIX_CLASSES.contains(&name.strip_prefix('^').unwrap_or(name)) {
        return Err((start, "unknown character class name"));
    }
    let _ = write!(out, "[:{name}:]");
    *cursor = ahead;
    Ok(true)
}

/// `\pL`, `\p{Greek}`, `\p{^Greek}` and the same with `\P`.
fn translate_property(cursor: &mut Cursor, out: &mut String) -> Result<(), Fault> {
    let unknown = (cursor.at(), "unknown character property");
    let mut negated = cursor.rest().starts_with(r"\P");
    cursor.bump();
    cursor.bump();
    let before = cursor.rest();
    let name = match cursor.bump().ok_or(unknown)? {
        '{' => cursor.take_to("}").ok_or(unknown)?,
        single => &before[..single.len_utf8()],
    };
    let plain = name.strip_prefix('^').unwrap_or(name);
    negated ^= plain.len() != name.len();
    // Letters keep out the engine's own forms, such as `\p{script=Greek}`.
    if plain.is_empty() || !plain.bytes().all(|byte| byte.is_ascii_alphabetic() || b"_ -".contains(&byte)) {
        return Err(unknown);
    }
    let _ = write!(out, "\\{}{{{plain}}}", if negated { 'P' } else { 'p' });
    Ok(())
}

/// Writes the members `low` to `high` of a class, leaving out surrogates.
fn write_range(low: u32, high: u32, out: &mut String) {
    const SURROGATES: std::ops::RangeInclusive<u32> = 0xD800..=0xDFFF;
    let low = if SURROGATES.contains(&low) { SURROGATES.end() + 1 } else { low };
    let high = if SURROGATES.contains(&high) { SURROGATES.start() - 1 } else { high };
    if low <= high {
        let _ = write!(out, "\\x{{{low:x}}}-\\x{{{high:x}}}");
    }
}
