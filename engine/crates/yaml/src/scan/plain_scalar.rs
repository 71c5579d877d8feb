//! Text without quotes.

use super::fold::Fold;
use super::{Scanner, TokenKind};
use crate::error::YamlError;
use crate::node::ScalarStyle;
use crate::position::Span;

impl Scanner<'_> {
    pub(super) fn fetch_plain_scalar(&mut self) -> Result<(), YamlError> {
        self.note_key()?;
        self.key_allowed = false;
        let indent = self.indent + 1;
        let start = self.cursor.place();
        let mut end = start;
        let mut text = String::new();
        let mut fold = Fold::default();
        while !self.cursor.at_document_marker() && self.cursor.byte(0) != b'#' {
            if !self.plain_ends() {
                fold.flush(&mut text);
                let run = self.cursor.place();
                while !self.cursor.is_blank_or_end(0) && !self.plain_ends() {
                    self.cursor.step();
                }
                text.push_str(self.cursor.text_from(run));
                end = self.cursor.place();
            }
            if !self.cursor.is_blank(0) && !self.cursor.is_break(0) {
                break;
            }
            while self.cursor.is_blank(0) || self.cursor.is_break(0) {
                if fold.in_new_line() && self.cursor.column() < indent && self.cursor.byte(0) == b'\t' {
                    return Err(YamlError::syntax(Span::at(self.cursor.place()), "a tab cannot indent")
                        .with_hint("indent with spaces"));
                }
                fold.take(&mut self.cursor);
            }
            if !self.in_flow() && self.cursor.column() < indent {
                break;
            }
        }
        if fold.in_new_line() {
            self.key_allowed = true;
        }
        let kind = TokenKind::Scalar { text: text.into(), style: ScalarStyle::Plain };
        self.push(kind, Span { start, end });
        Ok(())
    }

    /// Whether the character here ends plain text by itself.
    fn plain_ends(&self) -> bool {
        match self.cursor.byte(0) {
            b':' => self.cursor.is_blank_or_end(1),
            b',' | b'?' | b'[' | b']' | b'{' | b'}' => self.in_flow(),
            0 => true,
            _ => false,
        }
    }
}
