//! Places in a text: where a node, a key or a mistake stands.

use std::fmt;

/// One place in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Bytes before this place, counted from the start of the text (a byte order mark counts).
    pub byte: u32,
    /// Line, from 1. CR LF, CR, LF, NEL, LS and PS each end a line, as YAML 1.1 has it.
    pub line: u32,
    /// Column in characters, from 1. A byte order mark at the start has no width.
    pub column: u32,
}

impl Position {
    /// The first place of any text.
    pub(crate) const START: Self = Self { byte: 0, line: 1, column: 1 };

    /// Characters of the line that stand before this place: what YAML calls the indentation of a token.
    pub(crate) fn indentation(self) -> i32 {
        i32::try_from(self.column - 1).unwrap_or(i32::MAX)
    }

    /// The byte offset as an index into the text.
    pub(crate) fn index(self) -> usize {
        self.byte as usize
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// A stretch of a text, from `start` up to, not including, `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    /// First place inside.
    pub start: Position,
    /// First place behind.
    pub end: Position,
}

impl Span {
    /// The empty stretch at one place.
    pub(crate) fn at(place: Position) -> Self {
        Self { start: place, end: place }
    }

    /// The stretch as byte offsets into the text.
    #[must_use]
    pub fn bytes(self) -> std::ops::Range<usize> {
        self.start.index()..self.end.index()
    }

    /// Whether the stretch holds nothing, as the value of `key:` does.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.start.byte == self.end.byte
    }
}
