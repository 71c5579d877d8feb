//! The names of what a project has, without the rest: `{"names": ["dev", "prod"]}`. What `get -o name` asks for.

use axum::http::StatusCode;
use serde_json::json;
use windlass_model::ids::Namespace;

use crate::answer::{Answer, json as json_answer};
use crate::routes::Call;

pub(crate) async fn stages(call: Call) -> Answer {
    names(&call, "Stage").await
}

pub(crate) async fn warehouses(call: Call) -> Answer {
    names(&call, "Warehouse").await
}

pub(crate) async fn freight(call: Call) -> Answer {
    names(&call, "Freight").await
}

pub(crate) async fn promotions(call: Call) -> Answer {
    names(&call, "Promotion").await
}

async fn names(call: &Call, kind: &str) -> Answer {
    let namespace = Namespace::from(&call.project().await?);
    let names = call.control().names(kind, &namespace).await?;
    Ok(json_answer(StatusCode::OK, &json!({ "names": names })))
}
