//! Text after `|` and `>`: lines as they stand, or folded.

use super::{Scanner, TokenKind};
use crate::error::YamlError;
use crate::node::ScalarStyle;
use crate::position::{Position, Span};

/// What becomes of the line ends behind the last line of the text.
#[derive(Clone, Copy, PartialEq)]
enum Chomp {
    /// `-`: none stays.
    Strip,
    /// One stays.
    Clip,
    /// `+`: all stay.
    Keep,
}

impl Scanner<'_> {
    pub(super) fn fetch_block_scalar(&mut self) -> Result<(), YamlError> {
        self.drop_key()?;
        self.key_allowed = true;
        let start = self.cursor.place();
        let literal = self.cursor.byte(0) == b'|';
        self.cursor.step();
        let (chomp, increment) = self.take_header()?;
        let mut end = self.cursor.place();
        self.finish_header_line()?;
        // Zero means: to be found out from the first line that is not empty.
        let mut indent = if increment == 0 { 0 } else { self.indent.max(0) + increment };
        let mut text = String::new();
        let mut last_break = String::new();
        let mut breaks = String::new();
        self.take_breaks(&mut indent, &mut breaks)?;
        let mut after_blank = false;
        while self.cursor.column() == indent && !self.cursor.at_end() {
            let starts_blank = self.cursor.is_blank(0);
            let folds = !literal && !after_blank && !starts_blank && last_break.starts_with('\n');
            if !folds {
                text.push_str(&last_break);
            } else if breaks.is_empty() {
                text.push(' ');
            }
            text.push_str(&breaks);
            last_break.clear();
            breaks.clear();
            after_blank = starts_blank;
            let line = self.cursor.place();
            while !self.cursor.is_break_or_end(0) {
                self.cursor.step();
            }
            text.push_str(self.cursor.text_from(line));
            end = self.cursor.place();
            if self.cursor.is_break(0) {
                self.cursor.take_break(&mut last_break);
            }
            self.take_breaks(&mut indent, &mut breaks)?;
        }
        if chomp != Chomp::Strip {
            text.push_str(&last_break);
        }
        if chomp == Chomp::Keep {
            text.push_str(&breaks);
        }
        let style = if literal { ScalarStyle::Literal } else { ScalarStyle::Folded };
        self.push(TokenKind::Scalar { text: text.into(), style }, Span { start, end });
        Ok(())
    }

    /// Takes the chomping and indentation indicators, in either order.
    fn take_header(&mut self) -> Result<(Chomp, i32), YamlError> {
        let mut chomp = None;
        let mut increment = 0;
        loop {
            match self.cursor.byte(0) {
                sign @ (b'+' | b'-') if chomp.is_none() => {
                    chomp = Some(if sign == b'+' { Chomp::Keep } else { Chomp::Strip });
                }
                b'0' if increment == 0 => {
                    return Err(YamlError::syntax(
                        Span::at(self.cursor.place()),
                        "the indentation indicator of a block text cannot be 0",
                    ));
                }
                digit @ b'1'..=b'9' if increment == 0 => increment = i32::from(digit - b'0'),
                _ => return Ok((chomp.unwrap_or(Chomp::Clip), increment)),
            }
            self.cursor.step();
        }
    }

    /// Steps over the rest of the line that starts a block scalar.
    fn finish_header_line(&mut self) -> Result<(), YamlError> {
        self.cursor.skip_blanks();
        self.cursor.skip_comment();
        if !self.cursor.is_break_or_end(0) {
            let place = Span::at(self.cursor.place());
            return Err(YamlError::syntax(place, "nothing but a comment can follow `|` or `>` on its line")
                .with_hint("put the text on the next line, indented, or quote it"));
        }
        if self.cursor.is_break(0) {
            self.cursor.step_break();
        }
        Ok(())
    }

    /// Takes empty lines and the indentation of the next line. Finds out the indentation of the text if it is zero.
    fn take_breaks(&mut self, indent: &mut i32, breaks: &mut String) -> Result<(), YamlError> {
        let mut deepest = 0;
        loop {
            let known = *indent != 0;
            while (!known || self.cursor.column() < *indent) && self.cursor.byte(0) == b' ' {
                self.cursor.step();
            }
            deepest = deepest.max(self.cursor.column());
            if (!known || self.cursor.column() < *indent) && self.cursor.byte(0) == b'\t' {
                return Err(tab(self.cursor.place()));
            }
            if !self.cursor.is_break(0) {
                break;
            }
            self.cursor.take_break(breaks);
        }
        if *indent == 0 {
            *indent = deepest.max(self.indent + 1).max(1);
        }
        Ok(())
    }
}

fn tab(place: Position) -> YamlError {
    YamlError::syntax(Span::at(place), "a tab cannot indent block text").with_hint("indent with spaces")
}
