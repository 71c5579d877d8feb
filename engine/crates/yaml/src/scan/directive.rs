//! Lines that start with `%` before a document.

use super::{Scanner, TokenKind};
use crate::error::YamlError;
use crate::position::Position;

impl Scanner<'_> {
    pub(super) fn fetch_directive(&mut self) -> Result<(), YamlError> {
        let start = self.cursor.place();
        self.cursor.step();
        let name_start = self.cursor.place();
        while self.cursor.is_name() {
            self.cursor.step();
        }
        let name = self.cursor.text_from(name_start);
        let known = self.cursor.is_blank_or_end(0) && matches!(name, "YAML" | "TAG");
        if !known {
            return Err(self.bad_directive(start, "a line that starts with `%` must be %YAML or %TAG"));
        }
        self.cursor.skip_blanks();
        let kind = if name == "YAML" { self.take_version(start)? } else { self.take_tag_directive(start)? };
        let span = self.cursor.span_from(start);
        self.cursor.skip_blanks();
        self.cursor.skip_comment();
        if !self.cursor.is_break_or_end(0) {
            return Err(self.bad_directive(start, "nothing but a comment can follow a directive on its line"));
        }
        self.push(kind, span);
        Ok(())
    }

    fn take_version(&mut self, start: Position) -> Result<TokenKind, YamlError> {
        let major = self.take_version_number(start)?;
        if self.cursor.byte(0) != b'.' {
            return Err(self.bad_directive(start, "the version of %YAML is two numbers with a dot"));
        }
        self.cursor.step();
        let minor = self.take_version_number(start)?;
        Ok(TokenKind::VersionDirective { major, minor })
    }

    /// Takes one or two digits.
    fn take_version_number(&mut self, start: Position) -> Result<u8, YamlError> {
        let digits = self.cursor.place();
        while self.cursor.byte(0).is_ascii_digit() {
            self.cursor.step();
        }
        let text = self.cursor.text_from(digits);
        match text.parse() {
            Ok(number) if text.len() <= 2 => Ok(number),
            _ => Err(self.bad_directive(start, "the version of %YAML is two numbers with a dot")),
        }
    }

    fn take_tag_directive(&mut self, start: Position) -> Result<TokenKind, YamlError> {
        if self.cursor.byte(0) != b'!' {
            return Err(self.bad_directive(start, "the handle of %TAG must start with `!`"));
        }
        let handle = self.take_handle();
        if !handle.ends_with('!') {
            return Err(self.bad_directive(start, "the handle of %TAG must end with `!`"));
        }
        if !self.cursor.is_blank(0) {
            return Err(self.bad_directive(start, "%TAG needs a handle, a space and a prefix"));
        }
        self.cursor.skip_blanks();
        let prefix = self.take_uri(start, "")?;
        if !self.cursor.is_blank_or_end(0) {
            return Err(self.bad_directive(start, "the prefix of %TAG must be followed by a line end"));
        }
        Ok(TokenKind::TagDirective { handle, prefix })
    }

    fn bad_directive(&self, start: Position, message: &'static str) -> YamlError {
        YamlError::syntax(self.cursor.span_from(start), message)
            .with_hint("quote text that starts with `%`, or indent it")
    }
}
