//! What an Application's operation tells of the sync that a promotion wants.

use serde_json::{Value, json};
use windlass_step::StepContext;

use crate::application::Application;

/// The entry of an operation's list of facts that names the promotion.
const PROMOTION: &str = "kargo.akuity.io/promotion";

/// The annotation that asks Argo CD to look at the sources anew.
const REFRESH: &str = "argocd.argoproj.io/refresh";

/// Who begins a sync where nobody asked for the promotion.
const INITIATOR: &str = "kargo-controller";

/// What to do next with an Application.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Begin a sync.
    Sync,
    /// Begin a sync, for the last one of this promotion ended without a result: what went wrong may do so again at once.
    SyncAgain,
    /// Wait, for what the text says.
    Wait(String),
    /// Nothing: it has been synced.
    Done,
    /// Nothing can be done: the sync failed, with this message.
    Failed(String),
}

/// Finds out what to do. A sync of somebody else is waited for, and then another one begins.
pub(crate) fn next(application: &Application, promotion: &str, desired: &[Option<String>]) -> Next {
    let object = application.object();
    // An operation that is asked for, or under way; Argo CD takes it away when it is done.
    if let operation @ Value::Object(_) = &object["operation"] {
        return Next::Wait(waiting(operation, promotion));
    }
    let state = &object["status"]["operationState"];
    if !state.is_object() {
        return Next::Sync;
    }
    let phase = state["phase"].as_str().unwrap_or_default();
    if !matches!(phase, "Succeeded" | "Failed" | "Error") {
        return Next::Wait(waiting(&state["operation"], promotion));
    }
    let result = &state["syncResult"];
    if !is_ours(&state["operation"], promotion) {
        return Next::Sync;
    }
    if !result.is_object() {
        return Next::SyncAgain;
    }
    // An earlier step of the promotion may have had other revisions synced.
    if !has_revisions(result, desired) {
        return Next::Sync;
    }
    if phase == "Succeeded" {
        Next::Done
    } else {
        Next::Failed(state["message"].as_str().unwrap_or_default().to_owned())
    }
}

fn is_ours(operation: &Value, promotion: &str) -> bool {
    let mut facts = operation["info"].as_array().into_iter().flatten();
    facts.any(|fact| fact["name"] == PROMOTION && fact["value"] == promotion)
}

fn waiting(operation: &Value, promotion: &str) -> String {
    if is_ours(operation, promotion) {
        return "its sync".to_owned();
    }
    match operation["initiatedBy"]["username"].as_str() {
        Some(name) if !name.is_empty() => format!("an operation that {name:?} began"),
        _ => "an operation that Argo CD began".to_owned(),
    }
}

/// Whether what was synced is what shall be.
fn has_revisions(result: &Value, desired: &[Option<String>]) -> bool {
    let synced = match result["revisions"].as_array() {
        Some(revisions) if !revisions.is_empty() => revisions.as_slice(),
        _ => std::slice::from_ref(&result["revision"]),
    };
    let is_right = |(synced, desired): (&Value, &Option<String>)| {
        desired.as_ref().is_none_or(|desired| synced == desired)
    };
    synced.iter().zip(desired).all(is_right)
}

/// The patch that begins a sync, with the sources that the Application shall have.
pub(crate) fn begin_sync(application: &Application, sources: Vec<Value>, step: &StepContext) -> Value {
    let object = application.object();
    let mut patch = json!({
        "metadata": { "annotations": { REFRESH: "hard" } },
        "operation": operation(&object["spec"]["syncPolicy"], step),
    });
    if sources != application.sources() {
        patch["spec"] = application.spec_with(sources);
    }
    // Argo CD would take the state of the last operation for that of this one.
    if object["status"].is_object() {
        patch["status"] = json!({ "operationState": null });
    }
    patch
}

/// A sync, by Argo CD's rules for automatic ones unless somebody asked for the promotion.
fn operation(policy: &Value, step: &StepContext) -> Value {
    let is_automated = step.actor.is_empty();
    let initiator = if is_automated { INITIATOR } else { &step.actor };
    let mut operation = json!({
        "initiatedBy": { "username": initiator, "automated": is_automated },
        "info": [
            { "name": "Reason", "value": format!("Stage {}:{} is promoted", step.project, step.stage) },
            { "name": PROMOTION, "value": step.promotion },
        ],
        "sync": {},
    });
    if policy["retry"].is_object() {
        operation["retry"] = policy["retry"].clone();
    }
    if policy["syncOptions"].is_array() {
        operation["sync"]["syncOptions"] = policy["syncOptions"].clone();
    }
    operation
}
