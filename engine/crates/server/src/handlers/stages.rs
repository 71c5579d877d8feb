//! Stages, and promotions to them.

use axum::http::StatusCode;
use serde_json::{Value, json};
use windlass_model::freight::FreightOrigin;
use windlass_model::ids::Namespace;
use windlass_ports::control_plane::{FreightChoice, Refreshable};

use super::{delete_one, get_one, origins, refresh_one, watch_all};
use crate::answer::{Answer, Refusal, json as json_answer, untyped};
use crate::list::list as list_answer;
use crate::routes::Call;
use crate::watch::Shows;

/// Stages; those that request freight of some origins if they are named.
pub(crate) async fn list(call: Call) -> Answer {
    let namespace = Namespace::from(&call.project().await?);
    let origins = origins(&call, "freightOrigins");
    let takes = |origins: &[String], stage: &Value| {
        let requests = stage.pointer("/spec/requestedFreight").and_then(Value::as_array);
        let mut names =
            requests.into_iter().flatten().filter_map(|request| request.pointer("/origin/name")?.as_str());
        origins.is_empty() || names.any(|name| origins.iter().any(|origin| origin == name))
    };
    if call.is_set("watch") {
        let is_named = !origins.is_empty();
        let takes = move |stage: &Value| takes(&origins, stage);
        return watch_all(&call, "Stage", namespace, is_named.then(|| Box::new(takes) as Shows)).await;
    }
    let mut listing = call.control().list("Stage", Some(&namespace), "").await?;
    if !origins.is_empty() {
        listing.documents.retain(|document| {
            serde_json::from_str(&document.text).is_ok_and(|stage: Value| takes(&origins, &stage))
        });
    }
    Ok(list_answer(&listing))
}

pub(crate) async fn get(call: Call) -> Answer {
    get_one(&call, "Stage", call.param("stage")).await
}

pub(crate) async fn delete(call: Call) -> Answer {
    delete_one(&call, "Stage", call.param("stage")).await
}

pub(crate) async fn refresh(call: Call) -> Answer {
    refresh_one(&call, Refreshable::Stage, call.param("stage")).await
}

pub(crate) async fn promote(call: Call) -> Answer {
    let project = call.project().await?;
    let choice = choice(&call, "promoteToStageRequest", true)?;
    let promotion = call.control().promote(&call.actor, &project, call.param("stage"), choice).await?;
    Ok(json_answer(StatusCode::CREATED, &untyped(promotion)))
}

pub(crate) async fn promote_downstream(call: Call) -> Answer {
    let project = call.project().await?;
    let choice = choice(&call, "promoteDownstreamRequest", false)?;
    let stage = call.param("stage");
    let downstream = call.control().promote_downstream(&call.actor, &project, stage, choice).await?;
    let promotions: Vec<Value> = downstream.promotions.into_iter().map(untyped).collect();
    if downstream.errors.is_empty() {
        return Ok(json_answer(StatusCode::CREATED, &json!({ "promotions": promotions })));
    }
    let answer = json!({ "errors": downstream.errors.join("\n"), "promotions": promotions });
    Ok(json_answer(StatusCode::MULTI_STATUS, &answer))
}

/// Which freight a body means: exactly one way of saying it.
fn choice(call: &Call, name: &str, with_origin: bool) -> Result<FreightChoice, Refusal> {
    if call.body.iter().all(u8::is_ascii_whitespace) {
        return Err(Refusal::bad_request("EOF"));
    }
    let body: Value =
        serde_json::from_slice(&call.body).map_err(|e| Refusal::bad_request(format!("invalid body: {e}")))?;
    let text = |field: &str| match &body[field] {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.clone()).filter(|text| !text.is_empty())),
        other => {
            let found = type_of(other);
            Err(Refusal::bad_request(format!(
                "json: cannot unmarshal {found} into Go struct field {name}.{field} of type string"
            )))
        }
    };
    let origin = if with_origin { text("origin")? } else { None };
    match (text("freight")?, text("freightAlias")?, origin) {
        (Some(name), None, None) => Ok(FreightChoice::Name(name)),
        (None, Some(alias), None) => Ok(FreightChoice::Alias(alias)),
        (None, None, Some(origin)) => match origin.strip_prefix("Warehouse/").filter(|name| !name.is_empty())
        {
            Some(name) => Ok(FreightChoice::Origin(FreightOrigin::warehouse(name))),
            None => Err(Refusal::bad_request(format!(
                "invalid origin {origin:?}: invalid Freight origin string {origin:?}"
            ))),
        },
        _ if with_origin => {
            Err(Refusal::bad_request("exactly one of freight, freightAlias, or origin must be provided"))
        }
        _ => Err(Refusal::bad_request("exactly one of freight or freightAlias must be provided")),
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
