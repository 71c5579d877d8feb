//! What came of it, in the forms in which it can be had.

mod json;
mod sarif;
mod text;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use crate::failure::{EXIT_ENVIRONMENT, EXIT_FAILED};
use crate::manifests::{Diagnostic, Rule, Severity, SourceFile};

/// How a report is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum Format {
    /// For people: each problem with its line and a mark, and how many there are.
    #[default]
    Text,
    /// For scripts.
    Json,
    /// For code hosts: SARIF 2.1.0.
    Sarif,
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Report {
    /// In the order of files and places.
    diagnostics: Vec<Diagnostic>,
    files: usize,
    /// How many documents are nothing that Windlass knows.
    others: usize,
}

impl Report {
    /// Puts diagnostics in order and drops what is told twice: an alias is looked at wherever it stands.
    pub(super) fn new(mut diagnostics: Vec<Diagnostic>, files: &[Arc<SourceFile>], others: usize) -> Self {
        let order: HashMap<*const SourceFile, usize> =
            files.iter().enumerate().map(|(index, file)| (Arc::as_ptr(file), index)).collect();
        let index = |file: &SourceFile| order.get(&std::ptr::from_ref(file)).copied().unwrap_or_default();
        diagnostics.sort_by(|one, other| one.order(other, &index));
        diagnostics.dedup_by(|one, other| one.order(other, &index).is_eq());
        Self { diagnostics, files: files.len(), others }
    }

    /// The report as text.
    pub(crate) fn print(&self, format: Format, colours: bool, base: &Path) -> String {
        match format {
            Format::Text => text::print(self, colours),
            Format::Json => json::print(self),
            Format::Sarif => sarif::print(self, base),
        }
    }

    /// The exit code: 1 if something is wrong, 3 if that is only that something could not be looked at. With `strict`
    /// warnings count as errors.
    pub(crate) fn code(&self, strict: bool) -> u8 {
        let is_environment = |rule| matches!(rule, Rule::UnreadableFile | Rule::StepsNotBuilt);
        let mut counting = self.diagnostics.iter().filter(|diagnostic| strict || diagnostic.is_error());
        match counting.next().map(|first| is_environment(first.rule)) {
            None => 0,
            Some(true) if counting.all(|diagnostic| is_environment(diagnostic.rule)) => EXIT_ENVIRONMENT,
            Some(_) => EXIT_FAILED,
        }
    }

    fn count(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count()
    }
}
