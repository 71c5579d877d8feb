//! Tokens.

use std::borrow::Cow;

use crate::error::Span;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    Identifier,
    Number,
    /// A string; its text is already unescaped.
    String,
    /// A string of bytes such as `b"..."`.
    Bytes,
    /// An operator, a keyword among them.
    Operator,
    Bracket,
    End,
}

/// A token with its text.
#[derive(Clone, Debug)]
pub(crate) struct Token<'a> {
    pub(crate) kind: TokenKind,
    pub(crate) text: Cow<'a, str>,
    /// The bytes of a [`TokenKind::Bytes`].
    pub(crate) bytes: Vec<u8>,
    pub(crate) span: Span,
}

impl Token<'_> {
    pub(crate) fn is(&self, kind: TokenKind, text: &str) -> bool {
        self.kind == kind && self.text == text
    }

    pub(crate) fn is_operator(&self, text: &str) -> bool {
        self.is(TokenKind::Operator, text)
    }

    pub(crate) fn is_bracket(&self, text: &str) -> bool {
        self.is(TokenKind::Bracket, text)
    }

    /// The token as a message names it.
    pub(crate) fn describe(&self) -> String {
        match self.kind {
            TokenKind::End => "the end of the expression".to_owned(),
            TokenKind::String | TokenKind::Bytes => "a string".to_owned(),
            _ => format!("`{}`", crate::suggest::clip(&self.text)),
        }
    }
}
