//! Whether freight is promoted to a stage by itself: the first policy of the project that is for the stage says so
//! (`kargo.md` 1.2).

use std::collections::BTreeMap;

use serde_json::Value;
use windlass_model::manifest::ObjectMeta;
use windlass_model::manifest::project_config::{PromotionPolicy, PromotionWindow, StageSelector};
use windlass_versions::NamePattern;

/// What the policies say of a stage. No policy for it means no.
#[must_use]
pub fn is_auto_promoted(policies: &[PromotionPolicy], stage: &ObjectMeta) -> bool {
    policy_for(policies, stage).is_some_and(|policy| policy.auto_promotion_enabled)
}

/// The first policy that is for a stage.
#[must_use]
pub fn policy_for<'p>(policies: &'p [PromotionPolicy], stage: &ObjectMeta) -> Option<&'p PromotionPolicy> {
    policies.iter().find(|policy| is_for(policy, stage))
}

/// Whether a window is about a stage.
#[must_use]
pub fn is_window_of(window: &PromotionWindow, stage: &ObjectMeta) -> bool {
    window.stage_selector.as_ref().is_none_or(|selector| selects(selector, stage))
}

fn is_for(policy: &PromotionPolicy, stage: &ObjectMeta) -> bool {
    match &policy.stage_selector {
        Some(selector) => selects(selector, stage),
        None => !policy.stage.is_empty() && policy.stage == stage.name,
    }
}

/// A selector that says nothing selects nothing.
fn selects(selector: &StageSelector, stage: &ObjectMeta) -> bool {
    let is_empty =
        selector.name.is_empty() && selector.match_labels.is_empty() && selector.match_expressions.is_empty();
    let named = selector.name.is_empty()
        || NamePattern::parse_stage_selector(&selector.name)
            .is_ok_and(|pattern| pattern.matches(&stage.name));
    let labels = &stage.labels;
    !is_empty
        && named
        && selector.match_labels.iter().all(|(key, value)| labels.get(key) == Some(value))
        && selector.match_expressions.iter().all(|expression| meets(expression, labels))
}

/// One requirement of a Kubernetes label selector. One that cannot be read is not met.
fn meets(expression: &Value, labels: &BTreeMap<String, String>) -> bool {
    let Some(key) = expression["key"].as_str() else { return false };
    let value = labels.get(key);
    let is_listed = || {
        let values = expression["values"].as_array().into_iter().flatten();
        values.filter_map(Value::as_str).any(|listed| Some(listed) == value.map(String::as_str))
    };
    match expression["operator"].as_str() {
        Some("In") => is_listed(),
        Some("NotIn") => !is_listed(),
        Some("Exists") => value.is_some(),
        Some("DoesNotExist") => value.is_none(),
        _ => false,
    }
}
