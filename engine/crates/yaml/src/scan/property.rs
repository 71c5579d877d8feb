//! Anchors, aliases and tags: what stands before a value, or for it.

use super::{Scanner, TokenKind};
use crate::error::YamlError;
use crate::position::Position;

impl Scanner<'_> {
    pub(super) fn fetch_anchor_or_alias(&mut self) -> Result<(), YamlError> {
        self.note_key()?;
        self.key_allowed = false;
        let start = self.cursor.place();
        let alias = self.cursor.byte(0) == b'*';
        self.cursor.step();
        let name_start = self.cursor.place();
        while self.cursor.is_name() {
            self.cursor.step();
        }
        let name = self.cursor.text_from(name_start);
        let ended = self.cursor.is_blank_or_end(0)
            || matches!(self.cursor.byte(0), b'?' | b':' | b',' | b']' | b'}' | b'%' | b'@' | b'`');
        if name.is_empty() || !ended {
            let what = if alias { "alias" } else { "anchor" };
            return Err(YamlError::syntax(
                self.cursor.span_from(start),
                format!("the name of an {what} is made of letters, digits, `-` and `_`"),
            )
            .with_hint("quote text that starts with `*` or `&`"));
        }
        let name = name.into();
        let kind = if alias { TokenKind::Alias(name) } else { TokenKind::Anchor(name) };
        self.push(kind, self.cursor.span_from(start));
        Ok(())
    }

    pub(super) fn fetch_tag(&mut self) -> Result<(), YamlError> {
        self.note_key()?;
        self.key_allowed = false;
        let start = self.cursor.place();
        let (handle, suffix) = if self.cursor.byte(1) == b'<' {
            self.cursor.steps(2);
            let suffix = self.take_uri(start, "")?;
            if self.cursor.byte(0) != b'>' {
                return Err(self.bad_tag(start, "this tag has no closing `>`"));
            }
            self.cursor.step();
            (String::new(), suffix)
        } else {
            self.take_short_tag(start)?
        };
        if !self.cursor.is_blank_or_end(0) {
            return Err(self.bad_tag(start, "a tag must be followed by a space or a line end"));
        }
        self.push(TokenKind::Tag { handle, suffix }, self.cursor.span_from(start));
        Ok(())
    }

    /// Takes `!suffix`, `!handle!suffix` or `!`.
    fn take_short_tag(&mut self, start: Position) -> Result<(String, String), YamlError> {
        let handle = self.take_handle();
        if handle.len() > 1 && handle.ends_with('!') {
            let suffix = self.take_uri(start, "")?;
            return Ok((handle, suffix));
        }
        let suffix = self.take_uri(start, &handle)?;
        if suffix.is_empty() { Ok((suffix, "!".to_owned())) } else { Ok(("!".to_owned(), suffix)) }
    }

    /// Takes `!`, a name, and a closing `!` if there is one.
    pub(super) fn take_handle(&mut self) -> String {
        let start = self.cursor.place();
        self.cursor.step();
        while self.cursor.is_name() {
            self.cursor.step();
        }
        if self.cursor.byte(0) == b'!' {
            self.cursor.step();
        }
        self.cursor.text_from(start).to_owned()
    }

    /// Takes the characters of a URI. What was taken before as a handle, but is none, goes in front.
    pub(super) fn take_uri(&mut self, start: Position, head: &str) -> Result<String, YamlError> {
        let mut uri = head.get(1..).unwrap_or_default().as_bytes().to_vec();
        let mut any = !head.is_empty();
        loop {
            match self.cursor.byte(0) {
                b'%' => uri.push(self.take_uri_escape(start)?),
                byte if byte.is_ascii_alphanumeric() || b"_-;/?:@&=+$,.!~*'()[]".contains(&byte) => {
                    uri.push(byte);
                    self.cursor.step();
                }
                _ => break,
            }
            any = true;
        }
        if !any {
            return Err(self.bad_tag(start, "this tag has no name"));
        }
        String::from_utf8(uri).map_err(|_| self.bad_tag(start, "the escapes of this tag are not UTF-8"))
    }

    /// Takes `%` and two hexadecimal digits.
    fn take_uri_escape(&mut self, start: Position) -> Result<u8, YamlError> {
        let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        match (digit(self.cursor.byte(1)), digit(self.cursor.byte(2))) {
            (Some(high), Some(low)) => {
                self.cursor.steps(3);
                Ok(high << 4 | low)
            }
            _ => Err(self.bad_tag(start, "a `%` in a tag must be followed by two hexadecimal digits")),
        }
    }

    fn bad_tag(&self, start: Position, message: &'static str) -> YamlError {
        YamlError::syntax(self.cursor.span_from(start), message).with_hint("quote text that starts with `!`")
    }
}
