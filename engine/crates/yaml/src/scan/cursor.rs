//! A place in the text that moves forward: looking at characters, stepping over them, copying them.
//!
//! Bytes are looked at; a zero byte stands for the end, since the text is known to hold none.

use crate::position::{Position, Span};

/// The reader's place in the text.
#[derive(Debug, Clone)]
pub(crate) struct Cursor<'t> {
    text: &'t str,
    place: Position,
}

impl<'t> Cursor<'t> {
    /// A cursor before the first character, a byte order mark skipped.
    pub(crate) fn new(text: &'t str) -> Self {
        let mut place = Position::START;
        if text.starts_with('\u{feff}') {
            place.byte = 3;
        }
        Self { text, place }
    }

    pub(crate) fn place(&self) -> Position {
        self.place
    }

    /// Characters before this place on its line.
    pub(crate) fn column(&self) -> i32 {
        self.place.indentation()
    }

    pub(crate) fn span_from(&self, start: Position) -> Span {
        Span { start, end: self.place }
    }

    /// The text from `start` up to here.
    pub(crate) fn text_from(&self, start: Position) -> &'t str {
        &self.text[start.index()..self.place.index()]
    }

    /// The byte `ahead` bytes further on; zero at the end.
    pub(crate) fn byte(&self, ahead: usize) -> u8 {
        self.text.as_bytes().get(self.place.index() + ahead).copied().unwrap_or(0)
    }

    pub(crate) fn at_end(&self) -> bool {
        self.place.index() >= self.text.len()
    }

    /// A space or a tab.
    pub(crate) fn is_blank(&self, ahead: usize) -> bool {
        matches!(self.byte(ahead), b' ' | b'\t')
    }

    /// A character that ends a line.
    pub(crate) fn is_break(&self, ahead: usize) -> bool {
        match self.byte(ahead) {
            b'\n' | b'\r' => true,
            0xc2 => self.byte(ahead + 1) == 0x85,
            0xe2 => self.byte(ahead + 1) == 0x80 && matches!(self.byte(ahead + 2), 0xa8 | 0xa9),
            _ => false,
        }
    }

    pub(crate) fn is_break_or_end(&self, ahead: usize) -> bool {
        self.byte(ahead) == 0 || self.is_break(ahead)
    }

    pub(crate) fn is_blank_or_end(&self, ahead: usize) -> bool {
        self.is_blank(ahead) || self.is_break_or_end(ahead)
    }

    /// A letter of a name: what anchors, tag handles and directives are made of.
    pub(crate) fn is_name(&self) -> bool {
        let byte = self.byte(0);
        byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
    }

    /// Whether a line starts here with `---` or `...` and nothing stuck to it.
    pub(crate) fn at_document_marker(&self) -> bool {
        self.place.column == 1
            && matches!(self.byte(0), b'-' | b'.')
            && self.byte(1) == self.byte(0)
            && self.byte(2) == self.byte(0)
            && self.is_blank_or_end(3)
    }

    /// Steps over one character that does not end a line.
    pub(crate) fn step(&mut self) {
        self.place.byte += width(self.byte(0));
        self.place.column += 1;
    }

    /// Steps over `count` such characters.
    pub(crate) fn steps(&mut self, count: usize) {
        for _ in 0..count {
            self.step();
        }
    }

    /// Steps over one line break, CR LF as one.
    pub(crate) fn step_break(&mut self) {
        let crlf = self.byte(0) == b'\r' && self.byte(1) == b'\n';
        self.place.byte += if crlf { 2 } else { width(self.byte(0)) };
        self.place.line += 1;
        self.place.column = 1;
    }

    /// Steps over one character and copies it.
    pub(crate) fn take(&mut self, into: &mut String) {
        let start = self.place;
        self.step();
        into.push_str(self.text_from(start));
    }

    /// Steps over one line break and copies it: LS and PS as they are, every other as a line feed.
    pub(crate) fn take_break(&mut self, into: &mut String) {
        let start = self.place;
        self.step_break();
        if self.text.as_bytes()[start.index()] == 0xe2 {
            into.push_str(self.text_from(start));
        } else {
            into.push('\n');
        }
    }

    pub(crate) fn skip_blanks(&mut self) {
        while self.is_blank(0) {
            self.step();
        }
    }

    /// Steps over a comment, if one starts here, up to the end of its line.
    pub(crate) fn skip_comment(&mut self) {
        if self.byte(0) == b'#' {
            while !self.is_break_or_end(0) {
                self.step();
            }
        }
    }
}

/// Bytes of the character that starts with `first`.
fn width(first: u8) -> u32 {
    match first {
        0..=0x7f => 1,
        0x80..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xff => 4,
    }
}
