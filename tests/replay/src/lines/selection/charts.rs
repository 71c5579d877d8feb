//! Versions of charts. What discovery of charts will be made of is there, and is put together here.

use serde_json::Value;
use windlass_versions::{Strictness, TagFilter, TagSelection, version_of_oci_tag};

use super::super::{Answered, text};
use super::{Refused, by_version, limited, listed, texts};

/// In a repository over HTTP, whose index lists the versions of each chart by its name.
pub(super) fn over_http(case: &Value) -> Answered {
    let name = text(&case["subscription"], "name");
    let wanted = case.get("lookupName").and_then(Value::as_str).unwrap_or(name);
    let entries = if wanted == name { texts(case, "versions")? } else { Vec::new() };
    Ok(listed(select(case, Strictness::Coerce, entries)))
}

/// In an OCI registry, where they are tags.
pub(super) fn in_registry(case: &Value) -> Answered {
    let versions = texts(case, "versions")?.iter().map(|tag| version_of_oci_tag(tag)).collect();
    Ok(listed(select(case, Strictness::Canonical, versions)))
}

fn select(case: &Value, strictness: Strictness, versions: Vec<String>) -> Result<Vec<Value>, Refused> {
    let subscription = &case["subscription"];
    let order = by_version(strictness, text(subscription, "semverConstraint"))?;
    let selected = TagSelection { filter: TagFilter::default(), order }.select(versions);
    Ok(limited(selected, subscription).into_iter().map(Value::from).collect())
}
