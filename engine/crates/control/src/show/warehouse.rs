//! The status of a warehouse.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use windlass_model::discovered::DiscoveredArtifacts;
use windlass_model::time::Timestamp;

use crate::conditions::{Condition, list};

/// How discovery went, as far as it goes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Outcome {
    /// A repository could not be looked into.
    Failed(String),
    /// A subscription selects nothing.
    Nothing(String),
    /// Somebody else makes the freight.
    Manual,
    /// What was found does not belong together.
    CriteriaNotMet,
    /// Whether it belongs together cannot be told.
    CriteriaFailed(String),
    /// There is such freight already.
    Known(String),
    /// Freight was made.
    Made(String),
}

/// What a warehouse shows.
pub(crate) struct WarehouseView<'a> {
    pub(crate) outcome: &'a Outcome,
    pub(crate) found: Option<&'a DiscoveredArtifacts>,
    pub(crate) generation: i64,
    pub(crate) refreshed: Option<&'a str>,
    pub(crate) conditions_before: Option<&'a Value>,
    pub(crate) now: Timestamp,
}

/// The members of the status that change with a discovery.
pub(crate) fn members(view: &WarehouseView<'_>) -> BTreeMap<String, Value> {
    let mut members = BTreeMap::new();
    let conditions = list(&conditions(view.outcome), view.conditions_before, view.generation, view.now);
    members.insert("conditions".to_owned(), conditions);
    members.insert("observedGeneration".to_owned(), json!(view.generation));
    if let Some(found) = view.found {
        members.insert("discoveredArtifacts".to_owned(), json!(found));
    }
    if let Some(token) = view.refreshed {
        members.insert("lastHandledRefresh".to_owned(), json!(token));
    }
    if let Outcome::Known(freight) | Outcome::Made(freight) = view.outcome {
        members.insert("lastFreightID".to_owned(), json!(freight));
    }
    members
}

fn conditions(outcome: &Outcome) -> Vec<Condition> {
    let bad = |reason, message: &str| {
        vec![
            Condition::new("Ready", false, reason, message),
            Condition::new("Healthy", false, reason, message),
        ]
    };
    let good = || {
        vec![
            Condition::new(
                "Ready",
                true,
                "ReconciliationSucceeded",
                "The repositories have been looked into",
            ),
            Condition::new("Healthy", true, "ArtifactsDiscovered", "Every subscription has artifacts"),
        ]
    };
    let criteria = |is_met, reason, message: &str| {
        Condition::new("FreightCreationCriteriaSatisfied", is_met, reason, message)
    };
    let created = |is_new, reason, freight: &str| {
        Condition::new("FreightCreated", is_new, reason, format!("Freight {freight}"))
    };
    let mut conditions = match outcome {
        Outcome::Failed(message) => bad("DiscoveryFailed", message),
        Outcome::Nothing(message) => bad("MissingArtifacts", message),
        Outcome::CriteriaFailed(message) => bad("CriteriaEvaluationFailed", message),
        Outcome::Manual | Outcome::CriteriaNotMet | Outcome::Known(_) | Outcome::Made(_) => good(),
    };
    match outcome {
        Outcome::CriteriaNotMet => {
            let message = "What was found does not meet freightCreationCriteria";
            conditions.push(criteria(false, "CriteriaNotSatisfied", message));
        }
        Outcome::Known(freight) => conditions.push(created(false, "AlreadyExists", freight)),
        Outcome::Made(freight) => conditions.push(created(true, "NewFreight", freight)),
        Outcome::Failed(_) | Outcome::Nothing(_) | Outcome::Manual | Outcome::CriteriaFailed(_) => {}
    }
    conditions
}
