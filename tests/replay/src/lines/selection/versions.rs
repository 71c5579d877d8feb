//! Versions and ranges of versions.

use serde_json::{Value, json};
use windlass_versions::{Constraint, Version};

use super::super::{Answer, Answered, text};
use super::{strictness, texts};

/// Whether each version is in a range; null if it is none.
pub(super) fn constraint(case: &Value) -> Answered {
    let constraint = match Constraint::parse(text(case, "constraint")) {
        Ok(constraint) => constraint,
        Err(error) => return Ok(Answer::Refused(error.to_string())),
    };
    let strictness = strictness(case, "strict");
    let matches = |text: &String| {
        let version = Version::parse(text, strictness).ok()?;
        Some(constraint.matches(&version))
    };
    Ok(Answer::Value(texts(case, "versions")?.iter().map(matches).collect()))
}

/// The parts of each version; null if it is none.
pub(super) fn parse(case: &Value) -> Answered {
    let strictness = strictness(case, "strict");
    let parts = |text: &String| {
        let version = Version::parse(text, strictness).ok()?;
        Some(json!({
            "major": version.major(),
            "minor": version.minor(),
            "patch": version.patch(),
            "prerelease": version.prerelease(),
            "metadata": version.metadata(),
            "original": version.original(),
            "string": version.to_string(),
        }))
    };
    Ok(Answer::Value(texts(case, "versions")?.iter().map(parts).collect()))
}
