//! What Kargo fills in of a warehouse.

use serde_json::{Value, json};

/// Fills in what a warehouse leaves out.
pub(super) fn fill_in(document: &mut Value) {
    let Some(spec) = document.get_mut("spec") else { return };
    set(spec, "freightCreationPolicy", json!("Automatic"));
    set(spec, "interval", json!("5m0s"));
    for subscription in spec.get_mut("subscriptions").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(git) = subscription.get_mut("git") {
            set(git, "commitSelectionStrategy", json!("NewestFromBranch"));
            set(git, "discoveryLimit", json!(20));
            set(git, "strictSemvers", json!(true));
        }
        if let Some(image) = subscription.get_mut("image") {
            set(image, "discoveryLimit", json!(20));
            set(image, "imageSelectionStrategy", json!("SemVer"));
            set(image, "strictSemvers", json!(true));
        }
        if let Some(chart) = subscription.get_mut("chart") {
            set(chart, "discoveryLimit", json!(20));
        }
    }
}

/// Sets a member that is not there, or is as good as not there.
fn set(value: &mut Value, name: &str, default: Value) {
    let Some(members) = value.as_object_mut() else { return };
    let is_there = members.get(name).is_some_and(|member| !member.is_null() && *member != "" && *member != 0);
    if !is_there {
        members.insert(name.to_owned(), default);
    }
}
