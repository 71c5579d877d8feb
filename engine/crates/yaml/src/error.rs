//! What goes wrong when a text is read: where, why, and what to do about it.

use std::borrow::Cow;
use std::ops::Deref;

use crate::position::Span;

/// The sort of a mistake, for callers that treat some apart from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The bytes are not UTF-8, or hold a character that YAML forbids.
    Encoding,
    /// The text is not YAML.
    Syntax,
    /// A bound of [`crate::Limits`] was passed.
    Limit,
    /// An alias names no anchor, or stands inside what it names.
    Alias,
    /// A key stands twice in one mapping, and the caller asked for that to be refused.
    DuplicateKey {
        /// Where the key stands first.
        first: Span,
    },
    /// `<<` is given something that is not a mapping or a list of mappings.
    Merge,
    /// A scalar does not fit the type its tag asks for.
    Tag,
    /// The value is good YAML that JSON cannot hold.
    NotJson,
}

/// A mistake in a text. Its parts are the fields of [`Mistake`], as in `error.span`.
///
/// It is one pointer wide: results are passed up through many levels of a document.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{} ({})", .0.message, .0.span.start)]
pub struct YamlError(Box<Mistake>);

/// What is wrong, where, and what to do.
#[derive(Debug, Clone, PartialEq)]
pub struct Mistake {
    /// The sort of mistake.
    pub kind: ErrorKind,
    /// What is wrong, in one sentence without its place.
    pub message: Cow<'static, str>,
    /// Where it is wrong.
    pub span: Span,
    /// What to do about it, where that can be said.
    pub hint: Option<Cow<'static, str>>,
}

impl Deref for YamlError {
    type Target = Mistake;

    fn deref(&self) -> &Mistake {
        &self.0
    }
}

impl YamlError {
    pub(crate) fn new(kind: ErrorKind, span: Span, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Mistake { kind, message: message.into(), span, hint: None }))
    }

    pub(crate) fn syntax(span: Span, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Syntax, span, message)
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<Cow<'static, str>>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }
}
