//! The status of a stage.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use windlass_model::event::stage::{Health, HealthStatus, Holds};
use windlass_model::freight::FreightCollection;
use windlass_model::ids::PromotionName;
use windlass_model::manifest::stage::Stage;
use windlass_model::promotion::Phase;
use windlass_model::time::Timestamp;
use windlass_promotion::stage::{PastCollection, StageState};

use crate::conditions::{Condition, list, whole_seconds};

/// What a stage shows.
pub(crate) struct StageView<'a> {
    pub(crate) manifest: &'a Stage,
    pub(crate) state: &'a StageState,
    pub(crate) auto_promotion: bool,
    /// What is said about it and has no effect.
    pub(crate) not_enforced: Vec<String>,
    /// The conditions that it showed before.
    pub(crate) conditions_before: Option<Value>,
    /// The refresh that it has heard of.
    pub(crate) refreshed: Option<&'a str>,
    pub(crate) now: Timestamp,
}

/// The members of the status, but for the metadata that steps note down.
pub(crate) fn members(view: &StageView<'_>) -> BTreeMap<String, Value> {
    let state = view.state;
    let mut members = BTreeMap::new();
    let mut set = |name: &str, value: Value| {
        members.insert(name.to_owned(), value);
    };
    let generation = view.manifest.metadata.generation;
    let before = view.conditions_before.as_ref();
    set("conditions", list(&conditions(view), before, generation, view.now));
    set("observedGeneration", json!(generation));
    set("freightSummary", json!(summary(view)));
    if let Some(token) = view.refreshed {
        set("lastHandledRefresh", json!(token));
    }
    if view.manifest.spec.is_control_flow() {
        return members;
    }
    set("autoPromotionEnabled", json!(view.auto_promotion));
    if !state.collections.is_empty() {
        set("freightHistory", state.collections.iter().map(collection).collect());
    }
    if let Some(health) = health(state) {
        set("health", json!(health));
    }
    if let Some((name, queued)) =
        state.admitted.as_ref().and_then(|name| Some((name, state.queue.get(name)?)))
    {
        set("currentPromotion", json!({ "name": name, "freight": { "name": queued.freight } }));
    }
    if let Some(last) = &state.last {
        let freight = reference(state, last.freight.as_str());
        set(
            "lastPromotion",
            json!({
                "name": last.name,
                "freight": freight,
                "status": { "phase": last.phase, "finishedAt": whole_seconds(last.finished_at) },
                "finishedAt": whole_seconds(last.finished_at),
            }),
        );
    }
    for (name, holds) in
        [("autoPromotionHolds", &state.holds), ("effectiveAutoPromotionHolds", &state.effective_holds())]
    {
        if !holds.is_empty() {
            set(name, holds_json(holds));
        }
    }
    members
}

/// The freight of a name, whole if it is in the stage.
fn reference(state: &StageState, name: &str) -> Value {
    let current = state.current().into_iter().flat_map(FreightCollection::iter);
    let found = current.into_iter().find(|freight| freight.name == name);
    found.map_or_else(|| json!({ "name": name }), |freight| json!(freight))
}

fn holds_json(holds: &Holds) -> Value {
    let times = |mut hold: Value, at: Timestamp| {
        hold["createdAt"] = json!(whole_seconds(at));
        hold
    };
    holds
        .iter()
        .map(|(origin, hold)| (origin.clone(), times(json!(hold), hold.created_at)))
        .collect::<Map<_, _>>()
        .into()
}

fn collection(past: &PastCollection) -> Value {
    let mut shown = json!(past.collection);
    let verified = past.verified_at.iter().map(|at| {
        let at = whole_seconds(*at);
        json!({
            "id": uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, format!("{} {at}", past.collection.id).as_bytes()),
            "startTime": at,
            "phase": "Successful",
            "finishTime": at,
        })
    });
    let verified: Vec<Value> = verified.collect();
    if !verified.is_empty() {
        shown["verificationHistory"] = json!(verified);
    }
    shown
}

/// What people see in lists: the freight, or how many of several there are.
fn summary(view: &StageView<'_>) -> String {
    if view.manifest.spec.is_control_flow() {
        return "N/A".to_owned();
    }
    let wanted = view.manifest.spec.requested_freight.len();
    let items = view.state.current().map(|current| &current.items);
    match items.and_then(|items| items.values().next()) {
        Some(only) if wanted == 1 => only.name.clone(),
        _ => format!("{}/{wanted} Fulfilled", items.map_or(0, BTreeMap::len)),
    }
}

/// How the stage is: nothing is said before its first promotion has ended.
pub(crate) fn health(state: &StageState) -> Option<Health> {
    let plain = |status| Health { status, issues: Vec::new(), config: Vec::new(), output: Vec::new() };
    if state.admitted.is_some() {
        return Some(plain(HealthStatus::Unknown));
    }
    let last = state.last.as_ref()?;
    if last.phase != Phase::Succeeded {
        let issues = vec![format!("Last Promotion {}", last.phase.to_string().to_lowercase())];
        return Some(Health { issues, ..plain(HealthStatus::Unknown) });
    }
    match &state.health {
        Some(health) => Some(health.clone()),
        None if last.health_checks.is_empty() => Some(plain(HealthStatus::Healthy)),
        None => Some(plain(HealthStatus::Unknown)),
    }
}

fn conditions(view: &StageView<'_>) -> Vec<Condition> {
    let state = view.state;
    if view.manifest.spec.is_control_flow() {
        return vec![Condition::new("Ready", true, "ReconciliationSucceeded", "Freight passes on at once")];
    }
    let health = health(state);
    let is_healthy = health.as_ref().map(|health| health.status == HealthStatus::Healthy);
    let is_verified = state.collections.first().is_some_and(|past| !past.verified_at.is_empty());
    let mut conditions = vec![ready(state, is_healthy, is_verified)];
    if let Some(promotion) = &state.admitted {
        conditions.push(promoting(promotion));
    }
    if let Some(health) = &health {
        let message = format!("Stage is {:?}", health.status).to_lowercase();
        conditions.push(Condition::new("Healthy", is_healthy, health_reason(health.status), message));
    }
    if !state.collections.is_empty() {
        conditions.push(verified(view, is_verified));
    }
    if let Some(condition) = not_enforced(view) {
        conditions.push(condition);
    }
    conditions
}

fn promoting(promotion: &PromotionName) -> Condition {
    Condition::new("Promoting", true, "ActivePromotion", format!("Promotion {promotion} is under way"))
}

fn ready(state: &StageState, is_healthy: Option<bool>, is_verified: bool) -> Condition {
    if let Some(promotion) = &state.admitted {
        return Condition::new(
            "Ready",
            false,
            "ActivePromotion",
            format!("Promotion {promotion} is under way"),
        );
    }
    match &state.last {
        None => Condition::new("Ready", false, "NoFreight", "Nothing has been promoted to the Stage yet"),
        Some(last) if last.phase != Phase::Succeeded => {
            let message = format!("Last Promotion {} ended {}", last.name, last.phase);
            Condition::new("Ready", false, "LastPromotionUnsuccessful", message)
        }
        Some(_) if is_healthy == Some(false) => {
            Condition::new("Ready", false, "Unhealthy", "The Stage is not healthy")
        }
        Some(_) if !is_verified => {
            Condition::new("Ready", false, "PendingVerification", "The freight is not verified yet")
        }
        Some(_) => Condition::new("Ready", true, "Verified", "The freight is verified"),
    }
}

fn health_reason(status: HealthStatus) -> &'static str {
    match status {
        HealthStatus::Healthy => "Healthy",
        HealthStatus::NotApplicable => "NotApplicable",
        HealthStatus::Progressing => "Progressing",
        HealthStatus::Unknown => "Unknown",
        HealthStatus::Unhealthy => "Unhealthy",
    }
}

fn verified(view: &StageView<'_>, is_verified: bool) -> Condition {
    if is_verified {
        return Condition::new("Verified", true, "Verified", "The freight is verified");
    }
    if view.manifest.spec.verification.is_some() {
        let message = "This version does not carry out spec.verification, so freight is not verified here; approve it for \
                       the stages after this one, or take verification out";
        return Condition::new("Verified", false, "NotCarriedOut", message);
    }
    Condition::new(
        "Verified",
        false,
        "PendingVerification",
        "The freight is verified once the Stage is healthy",
    )
}

/// What has no effect yet.
fn not_enforced(view: &StageView<'_>) -> Option<Condition> {
    let message = view.not_enforced.join("; ");
    (!message.is_empty()).then(|| Condition::new("NotEnforced", true, "NotInThisVersion", message))
}
