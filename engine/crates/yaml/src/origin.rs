//! Where the text of a scalar was written: from bytes behind quotes, escapes, folding and indentation back to the source.
//!
//! Source and text are walked side by side. Nothing of it is kept while a document is read, since only diagnostics ask.

use std::ops::Range;

use crate::node::{ScalarNode, ScalarStyle};
use crate::scan::Cursor;

impl ScalarNode<'_> {
    /// The bytes of `source`, the text that this scalar was read from, that the bytes `within` of the scalar's own text
    /// stand for. An escape or a folded line end is taken whole.
    #[must_use]
    pub fn origin(&self, source: &str, within: Range<usize>) -> Range<usize> {
        let whole = self.span.bytes();
        let Some(written) = source.get(whole.clone()) else { return whole };
        let mut walk = Walk { cursor: Cursor::new(written), text: self.text, at: 0, pieces: Vec::new() };
        let walked = match self.style {
            ScalarStyle::Literal | ScalarStyle::Folded => walk.block(self.style == ScalarStyle::Folded),
            ScalarStyle::Plain | ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
                walk.flow(self.style, written.len())
            }
        };
        if walked.is_none() {
            return whole;
        }
        let start = whole.start + start_of(&walk.pieces, within.start);
        let end = whole.start + end_of(&walk.pieces, within.end);
        start..if within.is_empty() { start } else { end.max(start) }
    }
}

/// A stretch of the text and of what is written.
struct Piece {
    text: Range<usize>,
    written: Range<usize>,
    /// Whether both are the same, byte for byte.
    is_same: bool,
}

/// Where the byte `at` of the text begins; behind everything if the text ends before.
fn start_of(pieces: &[Piece], at: usize) -> usize {
    let piece = pieces.get(pieces.partition_point(|piece| piece.text.end <= at));
    match piece {
        Some(piece) if piece.is_same => piece.written.start + at.saturating_sub(piece.text.start),
        Some(piece) => piece.written.start,
        None => pieces.last().map_or(0, |last| last.written.end),
    }
}

/// Where what is before the byte `at` of the text ends.
fn end_of(pieces: &[Piece], at: usize) -> usize {
    let piece = pieces.get(pieces.partition_point(|piece| piece.text.end < at));
    match piece {
        Some(piece) if piece.is_same => piece.written.start + at.saturating_sub(piece.text.start),
        Some(piece) => piece.written.end,
        None => pieces.last().map_or(0, |last| last.written.end),
    }
}

struct Walk<'t> {
    cursor: Cursor<'t>,
    text: &'t str,
    /// How much of the text has been found.
    at: usize,
    pieces: Vec<Piece>,
}

impl<'t> Walk<'t> {
    fn index(&self) -> usize {
        self.cursor.place().index()
    }

    fn push(&mut self, from: usize, length: usize, is_same: bool) {
        let text = self.at..self.at + length;
        self.at = text.end;
        if length > 0 {
            self.pieces.push(Piece { text, written: from..self.index(), is_same });
        }
    }

    /// Takes a written stretch, from `from` up to the cursor, that the text has as it is.
    fn push_same(&mut self, from: usize, written: &str) -> Option<()> {
        self.text.get(self.at..)?.strip_prefix(written)?;
        self.push(from, written.len(), true);
        Some(())
    }

    /// Walks through plain or quoted text; none where the two do not belong together.
    fn flow(&mut self, style: ScalarStyle, length: usize) -> Option<()> {
        let quotes = usize::from(style != ScalarStyle::Plain);
        self.cursor.steps(quotes);
        while self.index() < length - quotes {
            let from = self.index();
            if self.cursor.is_blank(0) || self.cursor.is_break(0) {
                self.blanks(from, Joint::Folds)?;
            } else if style == ScalarStyle::DoubleQuoted && self.cursor.byte(0) == b'\\' {
                self.escape(from)?;
            } else if style == ScalarStyle::SingleQuoted && self.cursor.byte(0) == b'\'' {
                self.cursor.steps(2);
                self.push(from, 1, false);
            } else {
                let start = self.cursor.place();
                let ends = |byte| quotes == 1 && matches!(byte, b'\\' | b'\'');
                while !self.cursor.is_blank_or_end(0)
                    && !ends(self.cursor.byte(0))
                    && self.index() < length - quotes
                {
                    self.cursor.step();
                }
                if self.index() == from {
                    self.cursor.step();
                }
                let same = self.cursor.text_from(start);
                self.push_same(from, same)?;
            }
        }
        (self.at == self.text.len()).then_some(())
    }

    /// Takes blanks and line ends.
    fn blanks(&mut self, from: usize, joint: Joint) -> Option<()> {
        let start = self.cursor.place();
        let mut breaks = Vec::new();
        while self.cursor.is_blank(0) || self.cursor.is_break(0) {
            if self.cursor.is_break(0) {
                let mut text = String::new();
                self.cursor.take_break(&mut text);
                breaks.push(text.len());
            } else {
                self.cursor.step();
            }
        }
        let all: usize = breaks.iter().sum();
        match (breaks.first(), joint) {
            (None, Joint::Folds) => self.push_same(from, self.cursor.text_from(start))?,
            (None, Joint::Hidden) => {}
            (Some(1), Joint::Folds) => self.push(from, if all == 1 { 1 } else { all - 1 }, false),
            (Some(_), _) => self.push(from, all, false),
        }
        Some(())
    }

    /// Takes a backslash and what belongs to it.
    fn escape(&mut self, from: usize) -> Option<()> {
        if self.cursor.is_break(1) {
            self.cursor.step();
            self.cursor.step_break();
            return self.blanks(from, Joint::Hidden);
        }
        let digits = match self.cursor.byte(1) {
            b'x' => 2,
            b'u' => 4,
            b'U' => 8,
            _ => 0,
        };
        self.cursor.steps(2 + digits);
        let meant = self.text.get(self.at..)?.chars().next()?;
        self.push(from, meant.len_utf8(), false);
        Some(())
    }

    /// Walks through block text.
    fn block(&mut self, folds: bool) -> Option<()> {
        self.line();
        let mut indent = None;
        while !self.cursor.at_end() {
            let joint = self.index();
            self.cursor.step_break();
            let start = self.index();
            let line = self.line();
            let leading = line.len() - line.trim_start_matches(' ').len();
            if leading == line.len() && indent.is_none_or(|indent| line.len() <= indent) {
                continue;
            }
            let rest = self.text.get(self.at..)?;
            let begins = rest.trim_start_matches(['\n', '\u{2028}', '\u{2029}']);
            let indent = *indent.get_or_insert_with(|| {
                leading.saturating_sub(begins.len() - begins.trim_start_matches(' ').len())
            });
            let content = line.get(indent..)?;
            let begins =
                if folds && !content.starts_with(' ') { begins.trim_start_matches(' ') } else { begins };
            if !begins.starts_with(content) {
                return None;
            }
            self.joint(joint..start + indent, rest.len() - begins.len());
            self.push(start + indent, content.len(), true);
        }
        Some(())
    }

    /// What stands between two lines of block text, of which the cursor is behind the later.
    fn joint(&mut self, written: Range<usize>, length: usize) {
        if length > 0 {
            self.pieces.push(Piece { text: self.at..self.at + length, written, is_same: false });
            self.at += length;
        }
    }

    /// Takes the rest of a line.
    fn line(&mut self) -> &'t str {
        let start = self.cursor.place();
        while !self.cursor.is_break_or_end(0) {
            self.cursor.step();
        }
        self.cursor.text_from(start)
    }
}

/// What becomes of a line end within quoted or plain text.
#[derive(Clone, Copy, PartialEq)]
enum Joint {
    /// It is a space, or as many line ends as there are empty lines.
    Folds,
    /// A backslash before it hides the first.
    Hidden,
}
