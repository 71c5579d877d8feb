//! Text in single or double quotes.

use super::fold::Fold;
use super::{Cursor, Scanner, TokenKind};
use crate::error::YamlError;
use crate::node::ScalarStyle;
use crate::position::{Position, Span};

impl Scanner<'_> {
    pub(super) fn fetch_quoted_scalar(&mut self) -> Result<(), YamlError> {
        self.note_key()?;
        self.key_allowed = false;
        let quote = self.cursor.byte(0);
        let start = self.cursor.place();
        self.cursor.step();
        let mut text = String::new();
        loop {
            if self.cursor.at_document_marker() || self.cursor.at_end() {
                return Err(YamlError::syntax(Span::at(start), "this quoted text is never closed")
                    .with_hint(format!("add the closing {}", char::from(quote))));
            }
            let mut fold = Fold::default();
            self.take_run(quote, &mut text, &mut fold)?;
            if self.cursor.byte(0) == quote && !fold.in_new_line() {
                break;
            }
            while self.cursor.is_blank(0) || self.cursor.is_break(0) {
                fold.take(&mut self.cursor);
            }
            fold.flush(&mut text);
        }
        self.cursor.step();
        let style = if quote == b'"' { ScalarStyle::DoubleQuoted } else { ScalarStyle::SingleQuoted };
        self.push(TokenKind::Scalar { text: text.into(), style }, self.cursor.span_from(start));
        Ok(())
    }

    /// Takes characters up to the closing quote, a blank, a line end or an escaped line end.
    fn take_run(&mut self, quote: u8, text: &mut String, fold: &mut Fold) -> Result<(), YamlError> {
        while !self.cursor.is_blank_or_end(0) {
            let byte = self.cursor.byte(0);
            if byte == quote {
                if quote == b'"' || self.cursor.byte(1) != b'\'' {
                    return Ok(());
                }
                text.push('\'');
                self.cursor.steps(2);
            } else if byte == b'\\' && quote == b'"' {
                if self.cursor.is_break(1) {
                    self.cursor.step();
                    fold.take_escaped_break(&mut self.cursor);
                    return Ok(());
                }
                text.push(take_escape(&mut self.cursor)?);
            } else {
                self.cursor.take(text);
            }
        }
        Ok(())
    }
}

/// Takes `\` and what belongs to it.
fn take_escape(cursor: &mut Cursor<'_>) -> Result<char, YamlError> {
    let start = cursor.place();
    let (meaning, digits) = match cursor.byte(1) {
        b'0' => ('\0', 0),
        b'a' => ('\u{7}', 0),
        b'b' => ('\u{8}', 0),
        b't' | b'\t' => ('\t', 0),
        b'n' => ('\n', 0),
        b'v' => ('\u{b}', 0),
        b'f' => ('\u{c}', 0),
        b'r' => ('\r', 0),
        b'e' => ('\u{1b}', 0),
        same @ (b' ' | b'"' | b'\'' | b'\\') => (char::from(same), 0),
        b'N' => ('\u{85}', 0),
        b'_' => ('\u{a0}', 0),
        b'L' => ('\u{2028}', 0),
        b'P' => ('\u{2029}', 0),
        b'x' => ('\0', 2),
        b'u' => ('\0', 4),
        b'U' => ('\0', 8),
        _ => {
            cursor.step();
            return Err(YamlError::syntax(cursor.span_from(start), "unknown escape in double-quoted text")
                .with_hint("write `\\\\` for a backslash, or use single quotes"));
        }
    };
    cursor.steps(2);
    if digits == 0 { Ok(meaning) } else { take_code(cursor, start, digits) }
}

/// Takes the hexadecimal digits of an escaped character.
fn take_code(cursor: &mut Cursor<'_>, start: Position, digits: usize) -> Result<char, YamlError> {
    let mut code = 0_u32;
    for _ in 0..digits {
        let Some(digit) = char::from(cursor.byte(0)).to_digit(16) else {
            let message = format!("this escape needs {digits} hexadecimal digits");
            return Err(YamlError::syntax(cursor.span_from(start), message));
        };
        code = (code << 4) | digit;
        cursor.step();
    }
    char::from_u32(code).ok_or_else(|| {
        YamlError::syntax(cursor.span_from(start), "this escape is no Unicode character")
            .with_hint("write characters beyond U+FFFF as one \\U escape with eight digits")
    })
}
