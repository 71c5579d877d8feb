//! Why freight waits.

use axum::http::StatusCode;

use crate::answer::{Answer, json};
use crate::routes::Call;

pub(crate) async fn why(call: Call) -> Answer {
    let project = call.project().await?;
    let freight = call.query("freight").filter(|freight| !freight.is_empty());
    Ok(json(StatusCode::OK, &call.control().why(&project, call.param("stage"), freight).await?))
}
