//! Projects.

use axum::http::StatusCode;
use windlass_model::ids::Namespace;

use crate::answer::{Answer, Refusal, empty, text};
use crate::list::items;
use crate::routes::Call;

/// Projects whose names hold `filter`, one page of them if `pageSize` is given; pages are counted from 0.
pub(crate) async fn list(call: Call) -> Answer {
    let listing = call.control().list("Project", None, "").await?;
    let filter = call.query("filter").unwrap_or_default().to_lowercase();
    let mut documents = listing.documents;
    documents.retain(|document| document.key.name.contains(&filter));
    let total = documents.len();
    let size = number(&call, "pageSize")?;
    if size > 0 {
        let page = number(&call, "page")?;
        documents = documents.into_iter().skip(page.saturating_mul(size)).take(size).collect();
    }
    let items = items(&documents);
    Ok(text(StatusCode::OK, format!("{{\"items\":{items},\"total\":{total}}}")))
}

fn number(call: &Call, name: &str) -> Result<usize, Refusal> {
    let text = call.query(name).filter(|text| !text.is_empty());
    let wrong = |_| Refusal::bad_request(format!("{name} has to be a number from 0"));
    text.map_or(Ok(0), |text| text.parse().map_err(wrong))
}

pub(crate) async fn get(call: Call) -> Answer {
    let document = call.control().get("Project", &Namespace::cluster(), call.param("project")).await?;
    Ok(text(StatusCode::OK, document.text.to_string()))
}

pub(crate) async fn delete(call: Call) -> Answer {
    let name = call.param("project");
    call.control().delete(&call.actor, "Project", &Namespace::cluster(), name).await?;
    Ok(empty(StatusCode::NO_CONTENT))
}
