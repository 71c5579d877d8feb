//! Promotions.

use serde_json::Value;
use windlass_model::ids::Namespace;
use windlass_ports::control_plane::Refreshable;

use axum::http::StatusCode;

use super::{get_one, refresh_one, watch_all};
use crate::answer::{Answer, empty};
use crate::list::list as list_answer;
use crate::routes::Call;
use crate::watch::Shows;

/// Promotions, by name and so by age; those of one stage if it is named.
pub(crate) async fn list(call: Call) -> Answer {
    let namespace = Namespace::from(&call.project().await?);
    let stage = call.query("stage").unwrap_or_default().to_owned();
    if call.is_set("watch") {
        let is_named = !stage.is_empty();
        let is_of =
            move |promotion: &Value| promotion.pointer("/spec/stage").and_then(Value::as_str) == Some(&stage);
        return watch_all(&call, "Promotion", namespace, is_named.then(|| Box::new(is_of) as Shows)).await;
    }
    // The name of a promotion is the stage's, then its time and its freight, none of which has a dot in it.
    let prefix = if stage.is_empty() { String::new() } else { format!("{stage}.") };
    let mut listing = call.control().list("Promotion", Some(&namespace), &prefix).await?;
    if !stage.is_empty() {
        listing.documents.retain(|document| {
            document.key.name.strip_prefix(&prefix).is_some_and(|rest| rest.matches('.').count() == 1)
        });
    }
    Ok(list_answer(&listing))
}

pub(crate) async fn get(call: Call) -> Answer {
    get_one(&call, "Promotion", call.param("promotion")).await
}

pub(crate) async fn abort(call: Call) -> Answer {
    let project = call.project().await?;
    call.control().abort(&call.actor, &project, call.param("promotion")).await?;
    Ok(empty(StatusCode::OK))
}

pub(crate) async fn refresh(call: Call) -> Answer {
    refresh_one(&call, Refreshable::Promotion, call.param("promotion")).await
}
