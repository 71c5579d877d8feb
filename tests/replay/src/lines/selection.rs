//! `selection.jsonl`: which artifacts of a repository a subscription wants, and in which order; and the versions, ranges
//! and patterns that decide it.

mod charts;
mod commits;
mod git_tags;
mod images;
mod patterns;
mod versions;

use serde_json::Value;
use windlass_versions::Strictness;

use super::{Answer, Answered, part, text};

pub(super) fn answer(case: &Value) -> Answered {
    match text(case, "kind") {
        "image" => images::answer(case),
        "gitTags" => git_tags::answer(case),
        "gitCommits" => commits::answer(case),
        "paths" => patterns::paths(case),
        "namePattern" => patterns::names(case),
        "chartHttp" => charts::over_http(case),
        "chartOci" => charts::in_registry(case),
        "semverConstraint" => versions::constraint(case),
        "semverParse" => versions::parse(case),
        other => Err(format!("{other:?} is no kind of these vectors")),
    }
}

/// Why the product refuses a subscription.
type Refused = String;

fn refused(problem: impl ToString) -> Refused {
    problem.to_string()
}

/// A list of what a subscription wants, or why it is refused.
fn listed(result: Result<Vec<Value>, Refused>) -> Answer {
    Answer::from_result(result)
}

fn texts(value: &Value, key: &str) -> Result<Vec<String>, String> {
    part(value, key)
}

fn strictness(case: &Value, key: &str) -> Strictness {
    if case[key] == true { Strictness::Complete } else { Strictness::Coerce }
}

/// Only as many as the subscription wants; all if it does not say.
fn limited<T>(mut items: Vec<T>, subscription: &Value) -> Vec<T> {
    let limit = subscription["discoveryLimit"].as_u64().and_then(|limit| usize::try_from(limit).ok());
    items.truncate(limit.unwrap_or(usize::MAX));
    items
}
