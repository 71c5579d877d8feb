//! `selection.jsonl`: which artifacts of a repository a subscription wants, and in which order; and the versions, ranges
//! and patterns that decide it.

mod charts;
mod commits;
mod git_tags;
mod images;
mod patterns;
mod versions;

use serde_json::Value;
use windlass_versions::{Order, SemverRule, Strictness, TagFilter};

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

fn strictness(subscription: &Value, key: &str) -> Strictness {
    // In the recordings an absent key means false; in manifests the API server's default is true.
    if subscription[key] == true { Strictness::Complete } else { Strictness::Coerce }
}

fn by_version(strictness: Strictness, constraint: &str) -> Result<Order, Refused> {
    SemverRule::new(strictness, constraint).map(Order::Semver).map_err(refused)
}

fn tag_filter(subscription: &Value) -> Result<TagFilter, Refused> {
    let allow = texts(subscription, "allowTagsRegexes")?;
    let ignore = texts(subscription, "ignoreTagsRegexes")?;
    TagFilter::new(&allow, &ignore).map_err(refused)
}

/// Only as many as the subscription wants; all if it does not say.
fn limited<T>(mut items: Vec<T>, subscription: &Value) -> Vec<T> {
    let limit = subscription["discoveryLimit"].as_u64().and_then(|limit| usize::try_from(limit).ok());
    items.truncate(limit.unwrap_or(usize::MAX));
    items
}
