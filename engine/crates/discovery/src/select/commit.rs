//! Which commits of a branch count: by date, by the paths they change, and by an expression.

use windlass_expr::{Expression, Map as Variables, NoFunctions, Scope, Value, parse_bool};
use windlass_model::manifest::warehouse::GitSubscription;
use windlass_model::time::Timestamp;
use windlass_ports::git_history::{CommitFilter, CommitInfo};
use windlass_versions::PathFilter;

/// Subjects are kept up to this many bytes, as in Kargo.
const MAX_SUBJECT_BYTES: usize = 80;

/// The filters of a Git subscription.
#[derive(Debug)]
pub struct SelectCommits {
    paths: PathFilter,
    expression: Option<Expression>,
    since: Option<Timestamp>,
}

impl SelectCommits {
    /// Reads the filters of a subscription.
    ///
    /// # Errors
    /// If a pattern, an expression or a date cannot be read.
    pub fn new(subscription: &GitSubscription) -> Result<Self, String> {
        let paths = PathFilter::new(&subscription.include_paths, &subscription.exclude_paths);
        let expression = match subscription.expression_filter.as_str() {
            "" => None,
            text => Some(Expression::parse(text).map_err(|e| format!("expressionFilter: {e}"))?),
        };
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
        if let Some(expression) = &self.expression
            && !is_true(expression, commit)?
        {
            return Ok(false);
        }
        Ok(self.paths.is_empty() || self.paths.matches(&commit.paths))
    }

    fn ends_at(&self, commit: &CommitInfo) -> bool {
        self.since.is_some_and(|since| commit.committed_at < since)
    }
}

/// A result that is no boolean is read by its printed form.
fn is_true(expression: &Expression, commit: &CommitInfo) -> Result<bool, String> {
    let mut variables = Variables::new();
    variables.insert("id", commit.id.to_string());
    variables.insert("commitDate", Value::time(commit.committed_at.to_jiff()));
    variables.insert("author", commit.author.as_str());
    variables.insert("committer", commit.committer.as_str());
    variables.insert("subject", commit.subject.as_str());
    let scope = Scope::new(variables, &NoFunctions, jiff::Timestamp::UNIX_EPOCH);
    let value = expression.evaluate(&scope).map_err(|e| format!("expressionFilter: {e}"))?;
    value
        .as_bool()
        .or_else(|| parse_bool(&value.print()))
        .ok_or_else(|| format!("expressionFilter: {:?} is neither true nor false", value.print()))
}

/// The subject as freight shows it: cut at 77 bytes where it is longer than 80.
#[must_use]
pub fn shorten_subject(subject: &str) -> String {
    if subject.len() <= MAX_SUBJECT_BYTES {
        return subject.to_owned();
    }
    format!("{}...", &subject[..subject.floor_char_boundary(MAX_SUBJECT_BYTES - 3)])
}
