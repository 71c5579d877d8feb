//! What a ProjectConfig and a ClusterConfig must have.

use std::collections::BTreeMap;

use windlass_model::manifest::project_config::{ProjectConfig, PromotionPolicy, WebhookReceiver};

use crate::manifests::decode::Decoder;
use crate::manifests::rule::Rule;

/// Complains about its name, and policies and receivers that are there twice.
pub(in crate::manifests) fn check(decoder: &mut Decoder<'_>, config: &ProjectConfig) {
    let name = decoder.name().clone();
    if !name.namespace.is_empty() && name.namespace != name.name {
        let message = format!("a ProjectConfig is called as its project, {:?}", name.namespace);
        let hint = format!("write name: {}", name.namespace);
        decoder.error_at(Rule::InvalidName, &["metadata", "name"], message, &hint);
    }
    check_policies(decoder, &config.spec.promotion_policies);
    check_receivers(decoder, &config.spec.webhook_receivers);
}

/// Complains about the name of a ClusterConfig, of which there is one.
pub(in crate::manifests) fn check_cluster(decoder: &mut Decoder<'_>) {
    if decoder.name().name != "cluster" {
        let message = "a ClusterConfig is called \"cluster\"";
        decoder.error_at(Rule::InvalidName, &["metadata", "name"], message, "write name: cluster");
    }
}

fn check_policies(decoder: &mut Decoder<'_>, policies: &[PromotionPolicy]) {
    let mut seen = BTreeMap::new();
    for (index, policy) in policies.iter().enumerate() {
        let (name, path) = stage_of(policy);
        if name.is_empty() || name.contains(':') {
            continue;
        }
        if let Some(first) = seen.insert(name, index) {
            let at = ["spec", "promotionPolicies", &index.to_string()].map(ToOwned::to_owned);
            let at: Vec<String> = at.into_iter().chain(path.iter().map(|s| (*s).to_owned())).collect();
            let message = format!("policy {} is for the Stage {name:?} already", first + 1);
            decoder.error_at(Rule::DuplicateEntry, &at, message, "keep one of them");
        }
    }
}

/// The name of the stage a policy is for, and where in it that stands.
pub(crate) fn stage_of(policy: &PromotionPolicy) -> (&str, &'static [&'static str]) {
    match &policy.stage_selector {
        Some(selector) => (&selector.name, &["stageSelector", "name"]),
        None => (&policy.stage, &["stage"]),
    }
}

fn check_receivers(decoder: &mut Decoder<'_>, receivers: &[WebhookReceiver]) {
    let mut seen = BTreeMap::new();
    for (index, receiver) in receivers.iter().enumerate() {
        let at = |rest: &[&str]| {
            let own = ["spec".to_owned(), "webhookReceivers".to_owned(), index.to_string()];
            own.into_iter().chain(rest.iter().map(|s| (*s).to_owned())).collect::<Vec<_>>()
        };
        if let Some(first) = seen.insert(receiver.name.as_str(), index) {
            let message = format!("the name {:?} is that of receiver {} already", receiver.name, first + 1);
            decoder.error_at(Rule::DuplicateEntry, &at(&["name"]), message, "choose another");
        }
        let generic = receiver.of_sender.get("generic").and_then(|generic| generic["actions"].as_array());
        for (action, criteria) in generic.into_iter().flatten().enumerate().filter_map(|(index, action)| {
            Some((index.to_string(), action["targetSelectionCriteria"].as_array()?))
        }) {
            for (target, criterion) in criteria.iter().enumerate() {
                let selects = ["name", "labelSelector", "indexSelector"];
                if selects.iter().all(|name| criterion.get(name).is_none()) {
                    let target = target.to_string();
                    let rest = ["generic", "actions", &action, "targetSelectionCriteria", &target];
                    let message = "this selects nothing in particular";
                    let hint = "add name, labelSelector or indexSelector";
                    decoder.error_at(Rule::MissingField, &at(&rest), message, hint);
                }
            }
        }
    }
}
