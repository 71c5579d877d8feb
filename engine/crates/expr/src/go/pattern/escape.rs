//! What a backslash means in a pattern.

use super::{Size, Translator, literal};

/// The character classes of Perl, all of them ASCII in Go: the letter, and the class without its brackets.
const PERL_CLASSES: [(char, &str); 3] = [('d', "0-9"), ('s', r"\t\n\f\r "), ('w', "0-9A-Za-z_")];
/// The weight of a class of Unicode characters.
pub(super) const UNICODE_CLASS_WEIGHT: u64 = 1_000;

impl Translator<'_> {
    /// A backslash outside a class.
    pub(super) fn escape(&mut self) -> Result<(), String> {
        let c = self.escaped_char()?;
        match c {
            'A' | 'z' => {
                self.emit(&format!("\\{c}"), 2);
                self.frame().push(Size::fixed(1));
            }
            'b' | 'B' => {
                self.emit(&format!("(?-u:\\{c})"), 2);
                self.frame().push(Size::fixed(1));
            }
            'Q' => self.quoted(),
            'p' | 'P' => {
                let (class, consumed) = self.unicode_class()?;
                self.emit(&class, consumed);
                self.frame().push(Size::class(UNICODE_CLASS_WEIGHT));
            }
            _ => match perl_class(c) {
                Some(class) => {
                    self.emit(&class, 2);
                    self.frame().push(Size::class(10));
                }
                None => {
                    let (c, consumed) = self.escaped_literal()?;
                    self.literal(c, consumed);
                }
            },
        }
        Ok(())
    }

    fn escaped_char(&self) -> Result<char, String> {
        self.rest.chars().nth(1).ok_or_else(|| self.error("trailing backslash at end of expression"))
    }

    /// `\Q...\E`: literal text, to the end of the pattern if `\E` is missing.
    fn quoted(&mut self) {
        let quoted = &self.rest[2..];
        let (text, consumed) = match quoted.find("\\E") {
            Some(end) => (&quoted[..end], end + 4),
            None => (quoted, quoted.len() + 2),
        };
        let after = &self.rest[consumed..];
        for c in text.chars() {
            self.literal(c, 0);
        }
        self.rest = after;
    }

    /// `\pN`, `\p{Name}`, `\p{^Name}`, `\PN`.
    pub(super) fn unicode_class(&self) -> Result<(String, usize), String> {
        let invalid = || self.error("invalid character class range");
        let after = &self.rest[2..];
        let name = match after.strip_prefix('{') {
            Some(braced) => braced.split_once('}').ok_or_else(invalid)?.0,
            None => &after[..after.chars().next().ok_or_else(invalid)?.len_utf8()],
        };
        let plain = name.strip_prefix('^').unwrap_or(name);
        let has_prefix = plain.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("is"));
        let is_name =
            !plain.is_empty() && plain.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric());
        // The `regex` crate would take `IsGreek` for `Greek`.
        if has_prefix || !is_name {
            return Err(invalid());
        }
        let consumed = 2 + name.len() + if after.starts_with('{') { 2 } else { 0 };
        let negated = self.rest.starts_with("\\P") != name.starts_with('^');
        Ok((format!("\\{}{{{plain}}}", if negated { 'P' } else { 'p' }), consumed))
    }

    /// A backslash before a character: which character it stands for, and how many bytes it takes.
    pub(super) fn escaped_literal(&self) -> Result<(char, usize), String> {
        let invalid = || self.error("invalid escape sequence");
        let c = self.escaped_char()?;
        let simple = match c {
            'a' => Some('\u{7}'),
            'f' => Some('\u{c}'),
            'n' => Some('\n'),
            'r' => Some('\r'),
            't' => Some('\t'),
            'v' => Some('\u{b}'),
            c if c.is_ascii() && !c.is_ascii_alphanumeric() => Some(c),
            _ => None,
        };
        if let Some(simple) = simple {
            return Ok((simple, 2));
        }
        match c {
            'x' => self.hexadecimal().ok_or_else(invalid),
            '0'..='7' => self.octal().ok_or_else(invalid),
            _ => Err(invalid()),
        }
    }

    fn hexadecimal(&self) -> Option<(char, usize)> {
        let after = &self.rest[2..];
        let (digits, consumed) = match after.strip_prefix('{') {
            Some(braced) => {
                let digits = braced.split_once('}')?.0;
                (digits, digits.len() + 4)
            }
            None => (after.get(..2)?, 4),
        };
        let is_hexadecimal = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let code = u32::from_str_radix(digits, 16).ok().filter(|_| is_hexadecimal)?;
        Some((char::from_u32(code)?, consumed))
    }

    /// One to three octal digits; a single digit other than 0 would be a backreference, which there is none
    /// of.
    fn octal(&self) -> Option<(char, usize)> {
        let digits = &self.rest[1..];
        let length = digits.bytes().take(3).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
        if length == 1 && !digits.starts_with('0') {
            return None;
        }
        let code = u32::from_str_radix(&digits[..length], 8).ok()?;
        Some((char::from_u32(code)?, 1 + length))
    }
}

/// The class that `\d`, `\S` and the like stand for.
pub(super) fn perl_class(letter: char) -> Option<String> {
    let (_, class) = PERL_CLASSES.into_iter().find(|(lower, _)| *lower == letter.to_ascii_lowercase())?;
    let not = if letter.is_ascii_uppercase() { "^" } else { "" };
    Some(format!("[{not}{class}]"))
}

/// One end of a range in a class.
pub(super) fn class_literal(c: char) -> String {
    literal(c)
}
