//! Which commits of a branch count: by date, by the paths they change, and by an expression.

use windlass_expr::{Map as Variables, Value};
use windlass_model::manifest::warehouse::GitSubscription;
use windlass_model::time::Timestamp;
use windlass_ports::git_history::{CommitFilter, CommitInfo};
use windlass_versions::PathFilter;

use super::expression::ExpressionFilter;

/// Subjects are kept up to this many bytes, as in Kargo.
const MAX_SUBJECT_BYTES: usize = 80;

/// The filters of a Git subscription.
#[derive(Debug)]
pub struct SelectCommits {
    paths: PathFilter,
    expression: ExpressionFilter,
    since: Option<Timestamp>,
}

impl SelectCommits {
    /// Reads the filters of a subscription.
    ///
    /// # Errors
    /// If a pattern, an expression or a date cannot be read.
    pub fn new(subscription: &GitSubscription) -> Result<Self, String> {
        let paths = PathFilter::new(&subscription.include_paths, &subscription.exclude_paths);
        let expression = ExpressionFilter::parse(&subscription.expression_filter)?;
        let since = subscription.since.as_deref().map(str::parse).transpose();
        Ok(Self {
            paths: paths.map_err(|e| format!("includePaths, excludePaths: {e}"))?,
            expression,
            since: since.map_err(|e| format!("since: {e}"))?,
        })
    }
}

impl CommitFilter for SelectCommits {
    fn needs_paths(&self) -> bool {
        !self.paths.is_empty()
    }

    fn keeps(&self, commit: &CommitInfo) -> Result<bool, String> {
        if !self.expression.passes(variables(commit))? {
            return Ok(false);
        }
        Ok(self.paths.is_empty() || self.paths.matches(&commit.paths))
    }

    fn ends_at(&self, commit: &CommitInfo) -> bool {
        self.since.is_some_and(|since| commit.committed_at < since)
    }
}

/// A commit as expressions see it.
fn variables(commit: &CommitInfo) -> Variables {
    let mut variables = Variables::new();
    variables.insert("id", commit.id.to_string());
    variables.insert("commitDate", Value::time(commit.committed_at.to_jiff()));
    variables.insert("author", commit.author.as_str());
    variables.insert("committer", commit.committer.as_str());
    variables.insert("subject", commit.subject.as_str());
    variables
}

/// The subject as freight shows it: cut at 77 bytes where it is longer than 80. Kargo may cut in the middle of a character;
/// whatever bytes of it are left are replacement characters in its JSON, and here.
#[must_use]
pub fn shorten_subject(subject: &str) -> String {
    if subject.len() <= MAX_SUBJECT_BYTES {
        return subject.to_owned();
    }
    let cut = MAX_SUBJECT_BYTES - 3;
    let whole = subject.floor_char_boundary(cut);
    format!("{}{}...", &subject[..whole], "\u{fffd}".repeat(cut - whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_subjects_are_cut_by_bytes() {
        let kept = |letter: &str, letters: usize| shorten_subject(&letter.repeat(letters));
        assert_eq!(kept("a", 80), "a".repeat(80));
        assert_eq!(kept("a", 81), format!("{}...", "a".repeat(77)));
        assert_eq!(kept("é", 41), format!("{}\u{fffd}...", "é".repeat(38)));
        assert_eq!(kept("€", 27), format!("{}\u{fffd}\u{fffd}...", "€".repeat(25)));
    }
}
