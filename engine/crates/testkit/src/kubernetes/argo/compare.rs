//! Comparing what was deployed with what the sources mean now: the sync status.

use serde_json::{Value, json};

use super::application::{PerSource, deployed, forget_refresh, sources};
use super::revision::Revisions;
use crate::kubernetes::KubernetesApi;
use crate::kubernetes::object::seconds;
use crate::kubernetes::store::ObjectId;
use crate::kubernetes::verb;

/// What a comparison found.
pub(super) struct Comparison {
    target: Result<PerSource<String>, String>,
    sources: Option<PerSource<Value>>,
}

impl Comparison {
    /// Finds out what an Application's sources mean now.
    pub(super) async fn of(application: &Value, revisions: &Revisions) -> Self {
        let sources = sources(&application["spec"]);
        let target = match &sources {
            Some(sources) => revisions.of(sources, &[]).await,
            None => Err("application spec is invalid: it has no source".to_owned()),
        };
        Self { target, sources }
    }

    /// Writes the sync status, the conditions, and when they were found out.
    pub(super) fn write_to(&self, application: &mut Value, now: &str) {
        let mut compared_to = json!({"destination": application["spec"]["destination"]});
        if let Some(sources) = &self.sources {
            sources.write_to(&mut compared_to);
        }
        let mut sync = json!({"comparedTo": compared_to});
        let conditions = match &self.target {
            Ok(target) => {
                target.write_to(&mut sync);
                let is_synced = deployed(application).as_ref() == Some(target);
                sync["status"] = json!(if is_synced { "Synced" } else { "OutOfSync" });
                Value::Null
            }
            Err(message) => {
                sync["status"] = json!("Unknown");
                json!([{"type": "ComparisonError", "message": message, "lastTransitionTime": now}])
            }
        };
        let status = &mut application["status"];
        if !status.is_object() {
            *status = json!({});
        }
        if !status["health"].is_object() {
            status["health"] = json!({"status": "Missing"});
        }
        status["sync"] = sync;
        status["reconciledAt"] = json!(now);
        set_or_remove(status, "conditions", conditions);
    }
}

/// Grants the wish of an Application to be refreshed.
pub(super) async fn refresh(api: &KubernetesApi, id: &ObjectId, revisions: &Revisions) {
    let Some(application) = api.object(id) else { return };
    let comparison = Comparison::of(&application, revisions).await;
    let now = seconds(api.now());
    // It can only be gone by now.
    let _ = verb::modify(&mut api.store(), id, |application| {
        forget_refresh(application);
        comparison.write_to(application, &now);
    });
}

fn set_or_remove(object: &mut Value, name: &str, value: Value) {
    if let Some(fields) = object.as_object_mut() {
        if value.is_null() {
            fields.shift_remove(name);
        } else {
            fields.insert(name.to_owned(), value);
        }
    }
}
