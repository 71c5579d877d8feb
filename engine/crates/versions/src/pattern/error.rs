//! Why a pattern is refused, with the offending text and advice.

use std::fmt;

use super::LENGTH_MAX;
use crate::excerpt::excerpt;

/// What a pattern was read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PatternKind {
    /// A name without a known prefix.
    Name,
    /// A glob.
    Glob,
    /// A regular expression.
    Regex,
}

impl fmt::Display for PatternKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Name => "name pattern",
            Self::Glob => "glob",
            Self::Regex => "regular expression",
        })
    }
}

/// A pattern that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} {text:?}: {problem}")]
pub struct PatternError {
    kind: PatternKind,
    text: String,
    problem: PatternProblem,
}

/// What is wrong with a pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternProblem {
    /// More than 4096 bytes.
    #[error("it is longer than {LENGTH_MAX} bytes")]
    TooLong,
    /// The alternatives of its braces, written out, or its compiled program pass the limit.
    #[error("it is too large once expanded")]
    TooLarge,
    /// A prefix before `:` that is none of the known ones.
    #[error("its prefix is not glob:, regex: or regexp:")]
    UnknownPrefix,
    /// Not the syntax of its kind.
    #[error("{what} at byte {at}")]
    Syntax {
        /// Where in the text, in bytes from its start.
        at: usize,
        /// What is wrong there.
        what: &'static str,
    },
    /// Refused by the expression engine, in its words.
    #[error("{0}")]
    Unsupported(String),
}

impl PatternError {
    pub(super) fn new(kind: PatternKind, text: &str, problem: PatternProblem) -> Self {
        Self { kind, text: excerpt(text), problem }
    }

    /// What the text was read as.
    #[must_use]
    pub fn kind(&self) -> PatternKind {
        self.kind
    }

    /// What is wrong.
    #[must_use]
    pub fn problem(&self) -> &PatternProblem {
        &self.problem
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match (&self.problem, self.kind) {
            (PatternProblem::TooLong, _) => "split it into several patterns",
            (PatternProblem::TooLarge, PatternKind::Glob) => {
                "use fewer {a,b} groups, or several patterns; each further group multiplies the pattern"
            }
            (PatternProblem::TooLarge, _) => "use smaller {n} repetitions",
            (PatternProblem::UnknownPrefix, _) => "write an exact name, glob:…, or regex:…",
            (_, PatternKind::Glob) => {
                "globs know *, **, ?, [a-z], {a,b}; write \\ before a character that shall stand for itself"
            }
            (_, _) => {
                "expressions have Go's (RE2) syntax; write \\ before a punctuation mark that shall stand for itself"
            }
        }
    }
}
