//! Freight: its name is what it holds, and it holds one artifact for each subscription of its warehouse.

use serde_json::{Map, Value, json};
use windlass_discovery::alias_of;
use windlass_model::freight::FreightReference;
use windlass_model::freight::address::{normalize_chart, normalize_git, normalize_image};
use windlass_model::manifest::warehouse::{Subscription, Warehouse};
use windlass_model::time::Timestamp;
use windlass_ports::control_plane::{ApiError, Fault};

use super::World;

/// What of freight never changes.
const FIXED: [&str; 5] = ["origin", "commits", "images", "charts", "artifacts"];

/// Admits freight; its name.
pub(super) fn admit(
    document: &mut Value,
    given: &str,
    old: Option<&Value>,
    now: Timestamp,
    world: &dyn World,
) -> Result<String, ApiError> {
    if let Some(old) = old {
        update(document, given, old, world)?;
        return Ok(given.to_owned());
    }
    let mut content = document.clone();
    content["name"] = json!("");
    let reference: FreightReference = serde_json::from_value(content)
        .map_err(|e| refused(Fault::BadRequest, given, &format!("it cannot be read: {e}")))?;
    let name = reference.compute_name().to_string();
    check_artifacts(&reference, &name, world)?;
    let alias = text(document, "/alias");
    let alias = if alias.is_empty() {
        alias_of(&name, |alias| world.freight_with_alias(alias).is_some())
    } else {
        check_alias(&alias, &name, Fault::Invalid, world)?;
        alias
    };
    set_alias(document, &alias);
    if text(document, "/discoveredAt").is_empty() {
        document["discoveredAt"] = json!(now);
    }
    Ok(name)
}

/// Only the alias of freight can be changed.
fn update(document: &mut Value, name: &str, old: &Value, world: &dyn World) -> Result<(), ApiError> {
    for field in FIXED {
        let (before, after) = (old.get(field), document.get(field));
        let is_empty = |value: Option<&Value>| value.is_none_or(|v| v.as_array().is_some_and(Vec::is_empty));
        if before != after && !(is_empty(before) && is_empty(after)) {
            return Err(refused(Fault::Invalid, name, &format!("{field}: Forbidden: {field} is immutable")));
        }
    }
    let alias = text(document, "/alias");
    if alias.is_empty() {
        set_alias(document, &text(old, "/alias"));
    } else {
        check_alias(&alias, name, Fault::Conflict, world)?;
        set_alias(document, &alias);
    }
    document["discoveredAt"] = old["discoveredAt"].clone();
    Ok(())
}

fn text(document: &Value, pointer: &str) -> String {
    document.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// The alias, and the label that repeats it.
fn set_alias(document: &mut Value, alias: &str) {
    document["alias"] = json!(alias);
    let metadata = &mut document["metadata"];
    if !metadata["labels"].is_object() {
        metadata["labels"] = Value::Object(Map::new());
    }
    metadata["labels"]["kargo.akuity.io/alias"] = json!(alias);
}

fn check_alias(alias: &str, name: &str, fault: Fault, world: &dyn World) -> Result<(), ApiError> {
    match world.freight_with_alias(alias) {
        Some(other) if other != name => {
            let reason = format!(
                "alias: Invalid value: {alias:?}: it is the alias of Freight {other}; choose another"
            );
            Err(refused(fault, name, &reason))
        }
        _ => Ok(()),
    }
}

fn refused(fault: Fault, name: &str, reason: &str) -> ApiError {
    let message = format!(
        "admission webhook \"freight.kargo.akuity.io\" denied the request: Freight.kargo.akuity.io {name:?} is invalid: \
         {reason}"
    );
    ApiError::new(fault, message)
}

/// Holds the artifacts against the subscriptions: one for each, and all that is wrong at once.
fn check_artifacts(freight: &FreightReference, name: &str, world: &dyn World) -> Result<(), ApiError> {
    let Some(warehouse) = world.warehouse(&freight.origin.name) else {
        let reason =
            format!("origin: Invalid value: {:?}: there is no such Warehouse", freight.origin.to_string());
        return Err(refused(Fault::Invalid, name, &reason));
    };
    let artifacts = artifacts(freight);
    if artifacts.is_empty() {
        let reason = "it holds no artifacts; give it commits, images or charts";
        return Err(refused(Fault::Invalid, name, reason));
    }
    let problems = problems(&artifacts, &warehouse);
    match problems.as_slice() {
        [] => Ok(()),
        [only] => Err(refused(Fault::Invalid, name, only)),
        many => Err(refused(Fault::Invalid, name, &format!("[{}]", many.join(", ")))),
    }
}

/// An artifact, as far as it tells to which subscription it belongs.
struct Artifact {
    path: String,
    shown: String,
    /// The kind of repository and its normalised address.
    identity: (&'static str, String),
    subscription: String,
}

fn artifacts(freight: &FreightReference) -> Vec<Artifact> {
    let commits = freight.commits.iter().enumerate().map(|(index, commit)| Artifact {
        path: format!("commits[{index}]"),
        shown: commit.repo_url.clone(),
        identity: ("git", normalize_git(&commit.repo_url)),
        subscription: commit.subscription_name.clone(),
    });
    let images = freight.images.iter().enumerate().map(|(index, image)| Artifact {
        path: format!("images[{index}]"),
        shown: image.repo_url.clone(),
        identity: ("image", normalize_image(&image.repo_url)),
        subscription: image.subscription_name.clone(),
    });
    let charts = freight.charts.iter().enumerate().map(|(index, chart)| Artifact {
        path: format!("charts[{index}]"),
        shown: chart.repo_url.clone(),
        identity: ("chart", format!("{}/{}", normalize_chart(&chart.repo_url), chart.name)),
        subscription: chart.subscription_name.clone(),
    });
    commits.chain(images).chain(charts).collect()
}

fn identity(subscription: &Subscription) -> Option<(&'static str, String)> {
    if let Some(git) = &subscription.git {
        return Some(("git", normalize_git(&git.repo_url)));
    }
    if let Some(image) = &subscription.image {
        return Some(("image", normalize_image(&image.repo_url)));
    }
    let chart = subscription.chart.as_ref()?;
    Some(("chart", format!("{}/{}", normalize_chart(&chart.repo_url), chart.name)))
}

fn problems(artifacts: &[Artifact], warehouse: &Warehouse) -> Vec<String> {
    let mut problems = Vec::new();
    let mut of_subscription = vec![0_usize; warehouse.spec.subscriptions.len()];
    for artifact in artifacts {
        let belongs = |subscription: &Subscription| {
            identity(subscription).as_ref() == Some(&artifact.identity)
                && (artifact.subscription.is_empty() || artifact.subscription == subscription.name)
        };
        match warehouse.spec.subscriptions.iter().position(belongs) {
            Some(index) => of_subscription[index] += 1,
            None => problems.push(format!(
                "{}: Invalid value: {:?}: no subscription of Warehouse {:?} is to it",
                artifact.path, artifact.shown, warehouse.metadata.name
            )),
        }
    }
    for (subscription, count) in warehouse.spec.subscriptions.iter().zip(of_subscription) {
        let Some((kind, address)) = identity(subscription) else { continue };
        if count == 0 {
            problems.push(format!("there is no artifact of the {kind} repository {address}"));
        } else if count > 1 {
            problems.push(format!("there are {count} artifacts of the {kind} repository {address}"));
        }
    }
    problems
}
