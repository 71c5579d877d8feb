//! One thing to say about a manifest, and where.

use std::cmp::Ordering;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use super::rule::Rule;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Severity {
    /// It cannot work.
    Error,
    /// It may not be what is meant.
    Warning,
}

impl Severity {
    /// Its name.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// A file that was read.
#[derive(Debug)]
pub(crate) struct SourceFile {
    /// As it was named.
    pub(crate) name: PathBuf,
    /// What it holds, without a byte order mark.
    pub(crate) text: String,
    /// Where its lines begin.
    lines: OnceLock<Vec<usize>>,
}

/// A place as people count: from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

impl SourceFile {
    pub(crate) fn new(name: PathBuf, text: String) -> Self {
        Self { name, text, lines: OnceLock::new() }
    }

    /// The line of a byte, from 1, and where it begins.
    pub(crate) fn line(&self, at: usize) -> (usize, usize) {
        let lines = self.lines.get_or_init(|| {
            let ends = self.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
            [0].into_iter().chain(ends.map(|(end, _)| end + 1)).collect()
        });
        let line = lines.partition_point(|start| *start <= at).max(1);
        (line, lines[line - 1])
    }

    /// Its name for people; a name may hold anything, also what would drive a terminal.
    pub(crate) fn shown_name(&self) -> String {
        self.name.to_string_lossy().replace(char::is_control, "\u{fffd}")
    }

    /// The position of a byte.
    pub(crate) fn position(&self, at: usize) -> Position {
        let (line, start) = self.line(at);
        let before = self.text.get(start..at).unwrap_or_default();
        Position { line, column: before.chars().count() + 1 }
    }
}

/// A place in a file.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// The file.
    pub(crate) file: Arc<SourceFile>,
    /// Bytes of its text, within one line.
    pub(crate) range: Range<usize>,
    /// What to write beside it.
    pub(crate) label: String,
    /// The text there may be a secret and must not be shown.
    pub(crate) is_secret: bool,
}

/// The manifest that is spoken of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Subject {
    pub(crate) kind: String,
    pub(crate) name: String,
    /// Where in the document, as a JSON pointer.
    pub(crate) pointer: String,
}

/// One thing to say.
#[derive(Debug, Clone)]
pub(crate) struct Diagnostic {
    pub(crate) rule: Rule,
    pub(crate) severity: Severity,
    pub(crate) message: String,
    /// The first is where the problem is, the others explain it.
    pub(crate) places: Vec<Place>,
    pub(crate) hint: Option<String>,
    pub(crate) subject: Option<Subject>,
}

impl Diagnostic {
    pub(crate) fn error(rule: Rule, message: impl Into<String>) -> Self {
        Self {
            rule,
            severity: Severity::Error,
            message: message.into(),
            places: Vec::new(),
            hint: None,
            subject: None,
        }
    }

    pub(crate) fn warning(rule: Rule, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(rule, message) }
    }

    /// The same with a place.
    pub(crate) fn at(mut self, place: Place) -> Self {
        self.places.push(place);
        self
    }

    /// The same with what to do.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// The order in which diagnostics are told: by place, in files as they were read.
    pub(crate) fn order(&self, other: &Self, files: &dyn Fn(&SourceFile) -> usize) -> Ordering {
        let key = |diagnostic: &Self| {
            diagnostic.places.first().map(|place| (files(&place.file), place.range.start, place.range.end))
        };
        key(self).cmp(&key(other)).then_with(|| (self.rule, &self.message).cmp(&(other.rule, &other.message)))
    }
}
