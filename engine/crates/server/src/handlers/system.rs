//! What the server says of itself.

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use serde_json::json;
use windlass_model::ids::Namespace;
use windlass_ports::control_plane::Fault;
use windlass_ports::records::SYNC;

use crate::answer::{Answer, Refusal, json as json_answer, text};
use crate::metrics;
use crate::routes::Call;

fn plain(status: StatusCode, content: impl Into<Body>) -> Response {
    let mut response = Response::new(content.into());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

/// The process answers.
pub(crate) async fn alive(_call: Call) -> Answer {
    Ok(plain(StatusCode::OK, "ok"))
}

/// Every part can do its work; if not, which cannot, and why.
pub(crate) async fn ready(call: Call) -> Answer {
    let troubled: Vec<_> =
        call.control().health().into_iter().filter(|part| part.trouble.is_some()).collect();
    if troubled.is_empty() {
        return Ok(plain(StatusCode::OK, "ok"));
    }
    Ok(json_answer(StatusCode::SERVICE_UNAVAILABLE, &json!({ "troubled": troubled })))
}

/// What is counted.
pub(crate) async fn show_metrics(call: Call) -> Answer {
    let control = call.control();
    let requests = call.shared.metrics.show();
    let own = metrics::of_control_plane(&control.promotions_ended(), &control.health());
    Ok(plain(StatusCode::OK, requests + &own))
}

pub(crate) async fn public_config(_call: Call) -> Answer {
    Ok(json_answer(StatusCode::OK, &json!({ "adminAccountEnabled": false, "skipAuth": true })))
}

pub(crate) async fn version(call: Call) -> Answer {
    let build = &call.shared.build;
    let version = json!({
        "version": format!("v{}", build.version),
        "buildDate": "",
        "gitCommit": build.commit,
        "gitTreeDirty": false,
        "goVersion": "",
        "compiler": "rustc",
        "platform": format!("{}/{}", std::env::consts::OS, std::env::consts::ARCH),
    });
    Ok(json_answer(StatusCode::OK, &version))
}

pub(crate) async fn config(_call: Call) -> Answer {
    let config = json!({
        "argocdShards": {},
        "secretManagementEnabled": true,
        "systemResourcesNamespace": "kargo-system-resources",
        "sharedResourcesNamespace": "kargo-shared-resources",
        "kargoNamespace": "kargo",
        "hasAnalysisRunLogsUrlTemplate": false,
    });
    Ok(json_answer(StatusCode::OK, &config))
}

/// How the folder is that the server is kept like.
pub(crate) async fn sync(call: Call) -> Answer {
    let found = call.control().get(SYNC, &Namespace::cluster(), &SYNC.to_lowercase()).await;
    let document = found.map_err(|error| match error.fault {
        Fault::NotFound => Refusal::new(StatusCode::NOT_FOUND, "no folder has been synced; see serve --sync"),
        _ => error.into(),
    })?;
    Ok(text(StatusCode::OK, document.text.to_string()))
}
