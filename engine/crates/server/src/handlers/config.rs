//! The configuration of a project, and that of the whole installation.

use axum::http::StatusCode;
use windlass_model::ids::Namespace;
use windlass_ports::control_plane::Refreshable;

use super::{delete_one, get_one, refresh_one};
use crate::answer::{Answer, empty, text};
use crate::routes::Call;

/// The one name of the cluster's configuration.
const CLUSTER: &str = "cluster";

pub(crate) async fn get(call: Call) -> Answer {
    get_one(&call, "ProjectConfig", call.param("project")).await
}

pub(crate) async fn delete(call: Call) -> Answer {
    delete_one(&call, "ProjectConfig", call.param("project")).await
}

pub(crate) async fn refresh(call: Call) -> Answer {
    refresh_one(&call, Refreshable::ProjectConfig, call.param("project")).await
}

pub(crate) async fn get_cluster(call: Call) -> Answer {
    let document = call.control().get("ClusterConfig", &Namespace::cluster(), CLUSTER).await?;
    Ok(text(StatusCode::OK, document.text.to_string()))
}

pub(crate) async fn delete_cluster(call: Call) -> Answer {
    call.control().delete(&call.actor, "ClusterConfig", &Namespace::cluster(), CLUSTER).await?;
    Ok(empty(StatusCode::NO_CONTENT))
}

pub(crate) async fn refresh_cluster(call: Call) -> Answer {
    let what = Refreshable::ClusterConfig;
    call.control().refresh(&call.actor, what, &Namespace::cluster(), CLUSTER).await?;
    Ok(empty(StatusCode::OK))
}
