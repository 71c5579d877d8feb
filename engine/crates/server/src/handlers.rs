//! What the routes do, a file for each family of resources.

pub(crate) mod config;
pub(crate) mod freight;
pub(crate) mod names;
pub(crate) mod projects;
pub(crate) mod promotions;
pub(crate) mod resources;
pub(crate) mod stages;
pub(crate) mod system;
pub(crate) mod tasks;
pub(crate) mod warehouses;
pub(crate) mod why;

use axum::http::StatusCode;
use windlass_model::ids::Namespace;
use windlass_ports::control_plane::Refreshable;

use crate::answer::{Answer, empty, text};
use crate::routes::Call;
use crate::watch::{self, Watched};

/// Answers with one document, or with its changes.
async fn get_one(call: &Call, kind: &'static str, name: &str) -> Answer {
    let namespace = Namespace::from(&call.project().await?);
    let document = call.control().get(kind, &namespace, name).await?;
    if call.is_set("watch") {
        let watched = Watched { kind, namespace, name: Some(name.to_owned()), shows: None };
        return watch::answer(&call.shared, watched, call.query("resourceVersion")).await;
    }
    Ok(text(StatusCode::OK, document.text.to_string()))
}

/// Takes one document away.
async fn delete_one(call: &Call, kind: &'static str, name: &str) -> Answer {
    let namespace = Namespace::from(&call.project().await?);
    call.control().delete(&call.actor, kind, &namespace, name).await?;
    Ok(empty(StatusCode::NO_CONTENT))
}

/// Makes something look again.
async fn refresh_one(call: &Call, what: Refreshable, name: &str) -> Answer {
    let namespace = Namespace::from(&call.project().await?);
    call.control().refresh(&call.actor, what, &namespace, name).await?;
    Ok(empty(StatusCode::OK))
}

/// Answers with the changes of all documents of a kind that `shows` picks; of all, without it.
async fn watch_all(
    call: &Call,
    kind: &'static str,
    namespace: Namespace,
    shows: Option<watch::Shows>,
) -> Answer {
    let watched = Watched { kind, namespace, name: None, shows };
    watch::answer(&call.shared, watched, call.query("resourceVersion")).await
}

/// The origins that a query names, each as `Warehouse/name` or as the name alone.
fn origins(call: &Call, name: &str) -> Vec<String> {
    let named = call.query(name).unwrap_or_default().split(',').filter(|origin| !origin.is_empty());
    named.map(|origin| origin.strip_prefix("Warehouse/").unwrap_or(origin).to_owned()).collect()
}
