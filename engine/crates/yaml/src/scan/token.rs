//! The words of YAML: what the scanner makes of characters and the parser makes a tree of.

use crate::node::ScalarStyle;
use crate::position::Span;

/// One word and its place.
#[derive(Debug)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) span: Span,
}

/// The kinds of words. Those that stand for an indentation change have an empty span.
#[derive(Debug, PartialEq)]
pub(crate) enum TokenKind {
    StreamEnd,
    /// `%YAML major.minor`
    VersionDirective {
        major: u8,
        minor: u8,
    },
    /// `%TAG handle prefix`
    TagDirective {
        handle: String,
        prefix: String,
    },
    /// `---`
    DocumentStart,
    /// `...`
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    /// `[`
    FlowSequenceStart,
    /// `]`
    FlowSequenceEnd,
    /// `{`
    FlowMappingStart,
    /// `}`
    FlowMappingEnd,
    /// `- `
    BlockEntry,
    /// `,`
    FlowEntry,
    /// `? `, or an empty word before a key whose `:` was found.
    Key,
    /// `:`
    Value,
    /// `*name`
    Alias(Box<str>),
    /// `&name`
    Anchor(Box<str>),
    /// `!handle!suffix`; the handle is empty for `!<suffix>` and for `!` alone.
    Tag {
        handle: String,
        suffix: String,
    },
    Scalar {
        text: Box<str>,
        style: ScalarStyle,
    },
}
