//! The escapes of string literals.

use crate::go::text;

/// Why an escape is wrong, and at which byte of the literal.
pub(crate) type BadEscape = (usize, &'static str);

/// The text of a literal without its quotes. Line ends are normalised to `\n`.
pub(crate) fn unescape(literal: &str, quote: char) -> Result<String, BadEscape> {
    let mut out = String::with_capacity(literal.len());
    each(literal, quote, Form::Text, |piece| match piece {
        Piece::Char(c) => out.push(c),
        Piece::Byte(byte) => out.push(char::from(byte)),
    })?;
    Ok(out)
}

/// The bytes of a `b"..."` literal without its prefix and quotes.
pub(crate) fn unescape_bytes(literal: &str, quote: char) -> Result<Vec<u8>, BadEscape> {
    let mut out = Vec::with_capacity(literal.len());
    each(literal, quote, Form::Bytes, |piece| match piece {
        Piece::Char(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        Piece::Byte(byte) => out.push(byte),
    })?;
    Ok(out)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Text,
    Bytes,
}

enum Piece {
    Char(char),
    /// What a hexadecimal or octal escape names: a character up to U+00FF in text, a byte in bytes.
    Byte(u8),
}

fn each(literal: &str, quote: char, form: Form, mut push: impl FnMut(Piece)) -> Result<(), BadEscape> {
    let mut rest = literal;
    while let Some(c) = rest.chars().next() {
        let at = literal.len() - rest.len();
        let taken = match c {
            '\\' => {
                let (piece, taken) = escape(&rest[1..], quote, form).map_err(|what| (at, what))?;
                push(piece);
                taken + 1
            }
            '\r' => {
                push(Piece::Char('\n'));
                if rest[1..].starts_with('\n') { 2 } else { 1 }
            }
            c => {
                push(Piece::Char(c));
                c.len_utf8()
            }
        };
        rest = &rest[taken..];
    }
    Ok(())
}

/// One escape, given what follows the backslash: what it means and how many bytes it takes.
fn escape(text: &str, quote: char, form: Form) -> Result<(Piece, usize), &'static str> {
    const UNKNOWN: &str = "there is no such escape";
    let c = text.chars().next().ok_or("the string ends in a backslash")?;
    let simple = match c {
        'a' => Some('\u{7}'),
        'b' => Some('\u{8}'),
        'f' => Some('\u{c}'),
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        'v' => Some('\u{b}'),
        '\\' => Some('\\'),
        c if c == quote => Some(quote),
        _ => None,
    };
    if let Some(simple) = simple {
        return Ok((Piece::Char(simple), 1));
    }
    match c {
        'x' => Ok((Piece::Byte(byte(text.get(1..3), 16).ok_or("\\x takes two hexadecimal digits")?), 3)),
        '0'..='7' => Ok((Piece::Byte(byte(text.get(..3), 8).ok_or("an octal escape is \\000 to \\377")?), 3)),
        'u' | 'U' if form == Form::Bytes => Err("byte strings have no \\u escapes"),
        'u' if text[1..].starts_with('{') => {
            let digits =
                text[2..].split_once('}').map(|(digits, _)| digits).filter(|digits| digits.len() <= 6);
            let digits = digits.ok_or("\\u{...} takes one to six hexadecimal digits")?;
            Ok((Piece::Char(character(digits)?), digits.len() + 3))
        }
        'u' => Ok((Piece::Char(character(text.get(1..5).ok_or("\\u takes four hexadecimal digits")?)?), 5)),
        'U' => Ok((Piece::Char(character(text.get(1..9).ok_or("\\U takes eight hexadecimal digits")?)?), 9)),
        _ => Err(UNKNOWN),
    }
}

fn byte(digits: Option<&str>, radix: u32) -> Option<u8> {
    let digits = digits.filter(|digits| digits.chars().all(|c| c.is_digit(radix)))?;
    u8::from_str_radix(digits, radix).ok()
}

/// A character by its number. Half a surrogate pair is U+FFFD, as Go writes it.
fn character(digits: &str) -> Result<char, &'static str> {
    const BAD: &str = "there is no character with this number";
    let is_hexadecimal = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let number = u32::from_str_radix(digits, 16).ok().filter(|_| is_hexadecimal).ok_or(BAD)?;
    match number {
        0xd800..=0xdfff => Ok(char::REPLACEMENT_CHARACTER),
        _ => char::from_u32(number).ok_or(BAD),
    }
}

/// Whether `c` may be part of an identifier.
pub(crate) fn is_identifier_char(c: char) -> bool {
    is_identifier_start(c) || text::is_digit(c)
}

/// Whether an identifier may start with `c`.
pub(crate) fn is_identifier_start(c: char) -> bool {
    c == '_' || c == '$' || text::is_letter(c)
}
