//! Versions of charts, as discovery selects them.

use serde_json::Value;
use windlass_discovery::select_versions;
use windlass_model::manifest::warehouse::ChartSubscription;

use super::super::{Answered, text};
use super::{Refused, limited, listed, texts};

/// In a repository over HTTP, whose index lists the versions of each chart by its name.
pub(super) fn over_http(case: &Value) -> Answered {
    let name = text(&case["subscription"], "name");
    let wanted = case.get("lookupName").and_then(Value::as_str).unwrap_or(name);
    let entries = if wanted == name { texts(case, "versions")? } else { Vec::new() };
    Ok(listed(select(case, "https://charts.example", entries)))
}

/// In an OCI registry, where they are tags.
pub(super) fn in_registry(case: &Value) -> Answered {
    let tags = texts(case, "versions")?;
    Ok(listed(select(case, "oci://registry.example/chart", tags)))
}

fn select(case: &Value, url: &str, versions: Vec<String>) -> Result<Vec<Value>, Refused> {
    let given = &case["subscription"];
    let mut subscription: ChartSubscription =
        serde_json::from_value(given.clone()).map_err(|e| e.to_string())?;
    url.clone_into(&mut subscription.repo_url);
    let selected = select_versions(&subscription, versions)?;
    Ok(limited(selected, given).into_iter().map(Value::from).collect())
}
