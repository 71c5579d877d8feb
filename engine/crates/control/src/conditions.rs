//! Conditions of resources, in Kubernetes' form: they keep the time of their last change.

use serde_json::{Value, json};
use windlass_model::time::Timestamp;

/// One condition, as it is now.
#[derive(Debug, Clone)]
pub(crate) struct Condition {
    pub(crate) of: &'static str,
    pub(crate) status: Option<bool>,
    pub(crate) reason: &'static str,
    pub(crate) message: String,
}

impl Condition {
    pub(crate) fn new(
        of: &'static str,
        status: impl Into<Option<bool>>,
        reason: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Self { of, status: status.into(), reason, message: message.into() }
    }
}

/// The list of conditions. What was there `before` tells since when each is as it is.
pub(crate) fn list(
    conditions: &[Condition],
    before: Option<&Value>,
    generation: i64,
    now: Timestamp,
) -> Value {
    let before = before.and_then(Value::as_array);
    let one = |condition: &Condition| {
        let status = match condition.status {
            Some(true) => "True",
            Some(false) => "False",
            None => "Unknown",
        };
        let known = before.and_then(|before| before.iter().find(|known| known["type"] == condition.of));
        let since =
            known.filter(|known| known["status"] == status).map(|known| known["lastTransitionTime"].clone());
        json!({
            "type": condition.of,
            "status": status,
            "observedGeneration": generation,
            "lastTransitionTime": since.unwrap_or_else(|| json!(whole_seconds(now))),
            "reason": condition.reason,
            "message": condition.message,
        })
    };
    conditions.iter().map(one).collect()
}

/// Kubernetes writes times in whole seconds.
pub(crate) fn whole_seconds(at: Timestamp) -> Timestamp {
    Timestamp::from_micros(at.as_seconds() * 1_000_000)
}
