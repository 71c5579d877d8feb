//! Promotion tasks.

use axum::http::StatusCode;
use windlass_model::ids::Namespace;

use super::get_one;
use crate::answer::{Answer, text};
use crate::list::cached;
use crate::routes::Call;

pub(crate) async fn list(call: Call) -> Answer {
    let namespace = Namespace::from(&call.project().await?);
    Ok(cached(&call.control().list("PromotionTask", Some(&namespace), "").await?))
}

pub(crate) async fn get(call: Call) -> Answer {
    get_one(&call, "PromotionTask", call.param("task")).await
}

pub(crate) async fn list_cluster(call: Call) -> Answer {
    Ok(cached(&call.control().list("ClusterPromotionTask", None, "").await?))
}

pub(crate) async fn get_cluster(call: Call) -> Answer {
    let (kind, name) = ("ClusterPromotionTask", call.param("task"));
    let document = call.control().get(kind, &Namespace::cluster(), name).await?;
    Ok(text(StatusCode::OK, document.text.to_string()))
}
