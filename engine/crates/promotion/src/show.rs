//! A promotion as Kargo's API shows it.

use serde_json::{Map, Value, json};
use windlass_model::manifest::KARGO_API_VERSION;
use windlass_model::outcome::HealthCheck;
use windlass_model::promotion::{PromotionRecord, StepSpec};

use crate::sealed::SealKey;
use crate::state::{PromotionState, StepState};

/// The promotion in Kargo's form. Outputs that hold secrets are hidden.
#[must_use]
pub fn promotion_json(state: &PromotionState, key: &SealKey) -> Value {
    let record = &state.record;
    json!({
        "kind": "Promotion",
        "apiVersion": KARGO_API_VERSION,
        "metadata": {
            "name": record.name,
            "namespace": record.project,
            "uid": record.uid,
            "creationTimestamp": state.created_at,
            "labels": { "kargo.akuity.io/stage": record.stage },
            "annotations": { "kargo.akuity.io/stage": record.stage },
        },
        "spec": promotion_spec(record),
        "status": promotion_status(state, key),
    })
}

/// What a promotion is to do, in Kargo's form.
#[must_use]
pub fn promotion_spec(record: &PromotionRecord) -> Value {
    let mut spec = json!({
        "stage": record.stage, "freight": record.freight.name, "vars": record.vars, "steps": record.steps
    });
    remove_empty(&mut spec);
    spec
}

/// The members of a promotion's status that it has itself.
pub const STATUS_MEMBERS: [&str; 10] = [
    "phase",
    "message",
    "freight",
    "freightCollection",
    "healthChecks",
    "startedAt",
    "finishedAt",
    "currentStep",
    "stepExecutionMetadata",
    "state",
];

/// How a promotion stands, in Kargo's form. Outputs that hold secrets are hidden.
#[must_use]
pub fn promotion_status(state: &PromotionState, key: &SealKey) -> Value {
    let steps = state.record.steps.iter().zip(&state.steps);
    let executions: Vec<Value> =
        steps.filter(|(_, step)| step.status.is_some()).map(|(spec, step)| execution(spec, step)).collect();
    let mut status = json!({
        "phase": state.phase,
        "message": state.message,
        "freight": state.record.freight,
        "freightCollection": state.record.freight_collection,
        "startedAt": state.started_at,
        "finishedAt": state.finished_at,
        "currentStep": state.current_step().map(|step| step.0).filter(|_| !state.phase.is_terminal()),
        "healthChecks": state.health.iter().map(health_check).collect::<Vec<_>>(),
        "stepExecutionMetadata": executions,
        "state": key.show(&Value::Object(state.outputs.clone())),
    });
    remove_empty(&mut status);
    status
}

fn health_check(check: &HealthCheck) -> Value {
    json!({ "uses": check.kind, "config": check.input })
}

fn execution(spec: &StepSpec, step: &StepState) -> Value {
    let mut execution = json!({
        "alias": spec.alias,
        "startedAt": step.started_at,
        "finishedAt": step.finished_at,
        "errorCount": Some(step.error_count).filter(|count| *count > 0),
        "status": step.status,
        "message": step.message,
        "continueOnError": Some(true).filter(|_| spec.continue_on_error),
    });
    remove_empty(&mut execution);
    execution
}

/// Leaves out members without content, as Go's `omitempty` does.
fn remove_empty(object: &mut Value) {
    let is_empty = |value: &Value| match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    };
    if let Some(members) = object.as_object_mut() {
        let all: Map<String, Value> = std::mem::take(members);
        members.extend(all.into_iter().filter(|(_, value)| !is_empty(value)));
    }
}
