//! Ranges of versions as Masterminds/semver v3.5.0 reads them: `^1.2 || >=2.0.0-0 <3`, `1.0 - 1.9`, `~1.x`.
//! A range is a list of alternatives; an alternative is a list of bounds that must all hold.

mod bound;
mod parse;

use crate::excerpt::excerpt;
use crate::version::{Version, VersionProblem};
use bound::Bound;

/// Longest range text that is read, in bytes.
const LENGTH_MAX: usize = 512;

/// Most alternatives between `||`.
const ALTERNATIVES_MAX: usize = 32;

/// A range of versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constraint {
    text: String,
    alternatives: Vec<Alternative>,
}

/// Bounds that must all hold.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Alternative {
    bounds: Vec<Bound>,
    /// Whether a bound names a prerelease; only then can a prerelease match.
    admits_prereleases: bool,
}

/// A text that is no range of versions.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a version constraint: {problem}")]
pub struct ConstraintError {
    text: String,
    problem: ConstraintProblem,
}

/// What is wrong with the text of a range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConstraintProblem {
    /// More than 512 bytes.
    #[error("it is longer than {LENGTH_MAX} bytes")]
    TooLong,
    /// More than 32 alternatives.
    #[error("it has more than {ALTERNATIVES_MAX} alternatives between ||")]
    TooManyAlternatives,
    /// A part between `||` is empty.
    #[error("a part of it is empty")]
    Empty,
    /// A part that is no `operator version`. It is shown with hyphen ranges already written as `>=` and `<=`.
    #[error("{0:?} is not a comparison with a version")]
    Malformed(String),
    /// A comparison with something that cannot be a version, although it has the form of one.
    #[error("the version in {comparison:?} cannot be read: {problem}")]
    Version {
        /// The comparison.
        comparison: String,
        /// What is wrong with its version.
        problem: VersionProblem,
    },
}

impl ConstraintError {
    /// What is wrong.
    #[must_use]
    pub fn problem(&self) -> &ConstraintProblem {
        &self.problem
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self.problem {
            ConstraintProblem::TooLong | ConstraintProblem::TooManyAlternatives => {
                "write one wider range in place of many narrow ones"
            }
            ConstraintProblem::Empty => {
                "remove the || that has nothing beside it, or write * for any version"
            }
            ConstraintProblem::Malformed(_) => {
                "write ranges such as ^1.2.3, ~1.2, 1.x, >=1.0.0 <2.0.0, 1.0 - 1.9, joined by ||"
            }
            ConstraintProblem::Version { .. } => "write versions such as 1.2.3, 1.2.3-rc.1, 1.2 or 1.x",
        }
    }
}

impl Constraint {
    /// Reads `text` as a range.
    ///
    /// # Errors
    /// [`ConstraintError`] when the text has more than 512 bytes, more than 32 alternatives, or is no range.
    /// The empty text is no range; Kargo takes it for "no constraint" before it gets here.
    pub fn parse(text: &str) -> Result<Self, ConstraintError> {
        let alternatives =
            parse::alternatives(text).map_err(|problem| ConstraintError { text: excerpt(text), problem })?;
        Ok(Self { text: text.to_owned(), alternatives })
    }

    /// Whether `version` lies in the range. A prerelease does so only in an alternative that itself names one,
    /// such as `>=1.0.0-0`.
    #[must_use]
    pub fn matches(&self, version: &Version) -> bool {
        let is_prerelease = !version.prerelease().is_empty();
        self.alternatives.iter().any(|alternative| {
            (alternative.admits_prereleases || !is_prerelease)
                && alternative.bounds.iter().all(|bound| bound.admits(version))
        })
    }

    /// The text this range was read from.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

#[cfg(test)]
mod tests;
