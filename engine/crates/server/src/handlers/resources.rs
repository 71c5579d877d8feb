//! Writing manifests of all kinds.

use axum::http::StatusCode;
use serde_json::{Value, json};
use windlass_ports::control_plane::{WriteMode, WriteReport, Written};

use crate::answer::{Answer, Refusal, json as json_answer, status};
use crate::routes::Call;

pub(crate) async fn create(call: Call) -> Answer {
    write(&call, WriteMode::Create, StatusCode::CREATED, "create resource: ").await
}

pub(crate) async fn update(call: Call) -> Answer {
    let mode = if call.is_set("upsert") { WriteMode::Upsert } else { WriteMode::Update };
    write(&call, mode, StatusCode::OK, "update resource: ").await
}

pub(crate) async fn delete(call: Call) -> Answer {
    write(&call, WriteMode::Delete, StatusCode::OK, "delete resource: ").await
}

/// One document that is refused is answered with its refusal, several each with its own.
async fn write(call: &Call, mode: WriteMode, good: StatusCode, prefix: &str) -> Answer {
    let reports = call.control().write(&call.actor, &call.body, mode).await?;
    if let [WriteReport { result: Err(error), .. }] = reports.as_slice() {
        return Err(Refusal::new(status(error.fault), error.message.clone()));
    }
    let results: Vec<Value> = reports.into_iter().map(|report| result(report, prefix)).collect();
    Ok(json_answer(good, &json!({ "results": results })))
}

fn result(report: WriteReport, prefix: &str) -> Value {
    let mut result = match report.result {
        Ok(Written::Created(object)) => json!({ "createdResourceManifest": object }),
        Ok(Written::Updated(object) | Written::Unchanged(object)) => {
            json!({ "updatedResourceManifest": object })
        }
        Ok(Written::Deleted(object)) => json!({ "deletedResourceManifest": object }),
        Err(error) => json!({ "error": format!("{prefix}{}", error.message) }),
    };
    if !report.warnings.is_empty() {
        result["warnings"] = json!(report.warnings);
    }
    result
}
