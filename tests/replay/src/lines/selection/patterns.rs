//! Patterns of paths and of names.

use serde_json::Value;
use windlass_versions::{NamePattern, PathFilter};

use super::super::{Answer, Answered, part, text};
use super::{Refused, refused, texts};

/// The path filters of a subscription.
pub(super) fn path_filter(subscription: &Value) -> Result<PathFilter, Refused> {
    let (include, exclude) = (texts(subscription, "includePaths")?, texts(subscription, "excludePaths")?);
    PathFilter::new(&include, &exclude).map_err(refused)
}

/// Whether each list of changed paths counts.
pub(super) fn paths(case: &Value) -> Answered {
    let diffs: Vec<Vec<String>> = part(case, "diffs")?;
    let filter = path_filter(&case["subscription"]);
    Ok(Answer::from_result(
        filter.map(|filter| diffs.iter().map(|paths| Value::from(filter.matches(paths))).collect::<Vec<_>>()),
    ))
}

/// Whether each name fits a pattern.
pub(super) fn names(case: &Value) -> Answered {
    let names = texts(case, "names")?;
    let pattern = NamePattern::parse(text(case, "pattern"));
    Ok(Answer::from_result(
        pattern
            .map(|pattern| names.iter().map(|name| Value::from(pattern.matches(name))).collect::<Vec<_>>()),
    ))
}
