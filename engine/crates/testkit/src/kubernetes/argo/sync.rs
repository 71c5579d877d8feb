//! Carrying out the operation of an Application: phase Running, a while, then an end, which takes the operation away.

use std::time::Duration;

use serde_json::{Value, json};

use super::application::{PerSource, sources};
use super::compare::Comparison;
use super::outcome::SyncOutcome;
use super::revision::Revisions;
use crate::kubernetes::KubernetesApi;
use crate::kubernetes::object::seconds;
use crate::kubernetes::store::ObjectId;
use crate::kubernetes::verb;

/// Syncs that are remembered, Argo CD's default.
const MAX_HISTORY: usize = 10;

/// An operation under way.
struct Operation {
    /// As it was when it began.
    operation: Value,
    started_at: String,
    sources: Option<PerSource<Value>>,
    revisions: Result<PerSource<String>, String>,
}

/// Carries out the operation of an Application, which takes as long as `takes`.
pub(super) async fn carry_out(api: &KubernetesApi, id: &ObjectId, revisions: &Revisions, takes: Duration) {
    let Some(application) = api.object(id) else { return };
    let Some(operation) = application.get("operation").filter(|o| o.is_object()).cloned() else { return };
    let started_at = seconds(api.now());
    let running = json!({"phase": "Running", "operation": operation, "startedAt": started_at});
    let began = verb::modify(&mut api.store(), id, |application| {
        if !application["status"].is_object() {
            application["status"] = json!({});
        }
        application["status"]["operationState"] = running;
    });
    if began.is_err() {
        return;
    }
    if !takes.is_zero() {
        api.0.config.clock.sleep(takes).await;
    }
    let Some(outcome) = decided(api, id, &operation).await else { return };
    let Some(application) = api.object(id) else { return };
    let sources = sources(&operation["sync"]).or_else(|| sources(&application["spec"]));
    let found = match &sources {
        Some(sources) => revisions.of(sources, &wanted(&operation)).await,
        None => Err("the application has no source".to_owned()),
    };
    let comparison = Comparison::of(&application, revisions).await;
    let operation = Operation { operation, started_at, sources, revisions: found };
    let now = seconds(api.now());
    // It can only be gone by now.
    let _ = verb::modify(&mut api.store(), id, |application| {
        operation.finish(application, &outcome, &now);
        comparison.write_to(application, &now);
    });
}

/// How the operation ends, once that is decided; none if it is taken away before.
async fn decided(api: &KubernetesApi, id: &ObjectId, operation: &Value) -> Option<SyncOutcome> {
    let mut version = api.store().subscribe();
    loop {
        let set_anew = api.argo().subscribe();
        version.borrow_and_update();
        api.object(id).filter(|application| application["operation"] == *operation)?;
        match api.argo().outcome_of(&id.namespace, &id.name) {
            SyncOutcome::Hold => {
                tokio::select! {
                    () = set_anew => {}
                    changed = version.changed() => changed.ok()?,
                }
            }
            outcome => return Some(outcome),
        }
    }
}

/// The revisions that an operation names, in the order of the sources.
fn wanted(operation: &Value) -> Vec<Option<&str>> {
    let sync = &operation["sync"];
    match sync.get("revisions").and_then(Value::as_array) {
        Some(revisions) if !revisions.is_empty() => revisions.iter().map(Value::as_str).collect(),
        _ => vec![sync.get("revision").and_then(Value::as_str)],
    }
}

impl Operation {
    /// Writes the end of the operation into its Application.
    fn finish(&self, application: &mut Value, outcome: &SyncOutcome, now: &str) {
        let (phase, message) = match (outcome, &self.revisions) {
            (SyncOutcome::Fail(message), _) => ("Failed", message.as_str()),
            (SyncOutcome::Error(message), _) | (_, Err(message)) => ("Error", message.as_str()),
            (SyncOutcome::Succeed | SyncOutcome::Hold, Ok(_)) => {
                ("Succeeded", "successfully synced (all tasks run)")
            }
        };
        if application["operation"] == self.operation
            && let Some(fields) = application.as_object_mut()
        {
            fields.shift_remove("operation");
        }
        let mut state = json!({
            "phase": phase,
            "message": message,
            "operation": self.operation,
            "startedAt": self.started_at,
            "finishedAt": now,
        });
        if let Some(result) = self.result() {
            state["syncResult"] = result;
        }
        if !application["status"].is_object() {
            application["status"] = json!({});
        }
        application["status"]["operationState"] = state;
        if phase == "Succeeded" {
            application["status"]["health"] = json!({"status": "Healthy"});
            application["status"]["summary"] = json!({});
            self.remember(&mut application["status"], now);
        }
    }

    /// What was synced; none if that could not be found out.
    fn result(&self) -> Option<Value> {
        let mut result = json!({"revision": ""});
        self.revisions.as_ref().ok()?.write_to(&mut result);
        self.sources.as_ref()?.write_to(&mut result);
        Some(result)
    }

    /// Adds a sync that succeeded to the history.
    fn remember(&self, status: &mut Value, now: &str) {
        let Some(mut entry) = self.result() else { return };
        let history = status["history"].as_array().cloned().unwrap_or_default();
        let last = history.last().and_then(|entry| entry["id"].as_u64());
        entry["id"] = json!(last.map_or(0, |id| id.saturating_add(1)));
        entry["deployStartedAt"] = json!(self.started_at);
        entry["deployedAt"] = json!(now);
        entry["initiatedBy"] = self.operation["initiatedBy"].clone();
        let skipped = (history.len() + 1).saturating_sub(MAX_HISTORY);
        status["history"] = history.into_iter().skip(skipped).chain([entry]).collect();
    }
}
