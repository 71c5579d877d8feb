//! What goes wrong and where: one error type for parsing, checking and evaluating, with the place in the
//! text, a hint for the author, and a class that says whose fault it is. Also the spanless `Fault` that the
//! operators raise.

use std::fmt;
use std::ops::Range;

use crate::value::Value;

/// A range of bytes in the text that was parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The span of the bytes `start..end`.
    #[must_use]
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The smallest span that covers both.
    pub(crate) fn cover(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The same span further on in a longer text.
    pub(crate) const fn shifted(self, offset: usize) -> Self {
        Self { start: self.start + offset, end: self.end + offset }
    }

    /// The span as a range, to index the text with.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }
}

/// A place in a text as people count: both numbers start at 1, columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Character within the line, from 1.
    pub column: usize,
}

impl Position {
    /// The position of byte `offset` of `text`; an offset past the end is the end.
    #[must_use]
    pub fn of(text: &str, offset: usize) -> Self {
        let mut end = offset.min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let before = &text[..end];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self {
            line: before.bytes().filter(|byte| *byte == b'\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

/// What kind of error it is, for callers that treat them differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorClass {
    /// The text is not an expression or not a template.
    Parse,
    /// The text parses, but its types can never fit (found without evaluating anything).
    Type,
    /// These values do not allow it: a nil member, a missing index, text that is no number.
    Runtime,
    /// A limit on steps, depth, memory or output was reached.
    Budget,
}

impl fmt::Display for ErrorClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Parse => "parse error",
            Self::Type => "type error",
            Self::Runtime => "error",
            Self::Budget => "limit reached",
        })
    }
}

/// Why a text could not be parsed or evaluated, and where in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExprError(Box<Details>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Details {
    class: ErrorClass,
    message: String,
    hint: Option<String>,
    span: Span,
    position: Position,
    pointer: Option<String>,
}

impl ExprError {
    /// An error of `class` at `span`. Its position is that of a text with one line until
    /// [`ExprError::locate`].
    pub(crate) fn new(class: ErrorClass, span: Span, message: impl Into<String>) -> Self {
        let position = Position { line: 1, column: span.start + 1 };
        Self(Box::new(Details { class, message: message.into(), hint: None, span, position, pointer: None }))
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// Moves the span from the expression to the whole `text`, in which the expression starts at `offset`.
    pub(crate) fn locate(mut self, text: &str, offset: usize) -> Self {
        let Span { start, end } = self.0.span;
        self.0.span = Span { start: (start + offset).min(text.len()), end: (end + offset).min(text.len()) };
        self.0.position = Position::of(text, self.0.span.start);
        self
    }

    /// Says which string of a config the error is in; an RFC 6901 pointer.
    pub(crate) fn in_config(mut self, pointer: String) -> Self {
        self.0.pointer = Some(pointer);
        self
    }

    /// What kind of error it is.
    #[must_use]
    pub fn class(&self) -> ErrorClass {
        self.0.class
    }

    /// What is wrong, in one sentence without the place.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What the author may do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// The bytes at fault, within the text given to `parse` (for a config: within that one string).
    #[must_use]
    pub fn span(&self) -> Span {
        self.0.span
    }

    /// Line and column of the start of the span.
    #[must_use]
    pub fn position(&self) -> Position {
        self.0.position
    }

    /// For a config: the RFC 6901 pointer of the string at fault.
    #[must_use]
    pub fn pointer(&self) -> Option<&str> {
        self.0.pointer.as_deref()
    }
}

impl fmt::Display for ExprError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Details { class, message, hint, position, pointer, .. } = &*self.0;
        write!(f, "{class} at ")?;
        if let Some(pointer) = pointer {
            write!(f, "{pointer}, ")?;
        }
        write!(f, "line {}, column {}: {message}", position.line, position.column)?;
        if let Some(hint) = hint {
            write!(f, " ({hint})")?;
        }
        Ok(())
    }
}

impl std::error::Error for ExprError {}

/// Why an injected function or method refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FunctionError {
    /// What is wrong.
    pub message: String,
    /// What the author may do about it.
    pub hint: Option<String>,
}

impl FunctionError {
    /// An error without a hint.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None }
    }

    /// The same error with a hint.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// An error of an operator or function, before the evaluator knows its place.
#[derive(Debug)]
pub(crate) struct Fault(Box<(ErrorClass, FunctionError)>);

/// The result of an operator or function.
pub(crate) type Outcome<T> = Result<T, Fault>;

impl Fault {
    pub(crate) fn runtime(message: impl Into<String>) -> Self {
        FunctionError::new(message).into()
    }

    pub(crate) fn budget(message: impl Into<String>) -> Self {
        Self(Box::new((ErrorClass::Budget, FunctionError::new(message))))
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.0.1.hint = Some(hint.into());
        self
    }

    /// The error at its place.
    pub(crate) fn at(self, span: Span) -> ExprError {
        let (class, FunctionError { message, hint }) = *self.0;
        let error = ExprError::new(class, span, message);
        match hint {
            Some(hint) => error.with_hint(hint),
            None => error,
        }
    }

    pub(crate) fn message(&self) -> &str {
        &self.0.1.message
    }

    pub(crate) fn class(&self) -> ErrorClass {
        self.0.0
    }

    /// The same error without its reason if that may show any of the values, because one is secret.
    pub(crate) fn without_secrets<'a>(self, values: impl IntoIterator<Item = &'a Value>) -> Self {
        let is_secret = values.into_iter().any(|value| !value.taint().is_empty());
        if !is_secret || self.class() == ErrorClass::Budget {
            return self;
        }
        Self::runtime("failed; a value is secret, so the reason is not shown")
    }

    pub(crate) fn into_parts(self) -> FunctionError {
        self.0.1
    }
}

impl From<FunctionError> for Fault {
    fn from(error: FunctionError) -> Self {
        Self(Box::new((ErrorClass::Runtime, error)))
    }
}
