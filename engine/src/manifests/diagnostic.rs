//! One thing to say about a manifest, and how it looks on a terminal: as compilers do it, with the line and a mark.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Severity {
    Error,
    Warning,
}

/// A file that was read.
#[derive(Debug)]
pub(crate) struct SourceFile {
    /// As it was named.
    pub(crate) name: PathBuf,
    /// What it holds.
    pub(crate) text: String,
}

/// A place in a file.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// The file.
    pub(crate) file: Arc<SourceFile>,
    /// Bytes of its text.
    pub(crate) range: Range<usize>,
    /// What to write beside it.
    pub(crate) label: String,
}

/// One thing to say.
#[derive(Debug, Clone)]
pub(crate) struct Diagnostic {
    severity: Severity,
    message: String,
    places: Vec<Place>,
    hint: Option<String>,
}

impl Diagnostic {
    pub(crate) fn error(message: impl Into<String>) -> Self {
        Self { severity: Severity::Error, message: message.into(), places: Vec::new(), hint: None }
    }

    pub(crate) fn warning(message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(message) }
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
}

/// The text of diagnostics, for a terminal with or without colours.
pub(crate) fn render(diagnostics: &[Diagnostic], colours: bool) -> String {
    let renderer = if colours { Renderer::styled() } else { Renderer::plain() };
    let mut text = String::new();
    for diagnostic in diagnostics {
        text.push_str(&renderer.render(&groups(diagnostic)));
        text.push('\n');
    }
    text
}

fn groups(diagnostic: &Diagnostic) -> Vec<Group<'_>> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group = Group::with_title(level.primary_title(diagnostic.message.as_str()));
    for (index, place) in diagnostic.places.iter().enumerate() {
        let kind = if index == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
        let annotation = kind.span(place.range.clone()).label(place.label.as_str());
        let name = place.file.name.to_string_lossy();
        group = group.element(
            Snippet::source(place.file.text.as_str()).path(name).line_start(1).annotation(annotation),
        );
    }
    if let Some(hint) = &diagnostic.hint {
        group = group.element(Level::HELP.message(hint.as_str()));
    }
    vec![group]
}
