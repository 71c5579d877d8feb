//! Freight.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use serde_json::Value;
use windlass_model::ids::{Namespace, StageName};
use windlass_ports::records::{Document, FREIGHT, ResourceVersion};

use super::{origins, watch_all};
use crate::answer::{Answer, Refusal, empty, text};
use crate::list::groups;
use crate::routes::Call;
use crate::watch::Shows;

/// Freight of some origins, or what a stage could be promoted to; grouped if that is asked for.
pub(crate) async fn list(call: Call) -> Answer {
    let project = call.project().await?;
    let namespace = Namespace::from(&project);
    let origins = origins(&call, "origins");
    let is_of = move |origins: &[String], freight: &Value| {
        origins.is_empty()
            || freight
                .pointer("/origin/name")
                .and_then(Value::as_str)
                .is_some_and(|name| origins.iter().any(|o| o == name))
    };
    if call.is_set("watch") {
        let is_named = !origins.is_empty();
        let is_of = move |freight: &Value| is_of(&origins, freight);
        return watch_all(&call, FREIGHT, namespace, is_named.then(|| Box::new(is_of) as Shows)).await;
    }
    let (documents, version) = match call.query("stage").filter(|stage| !stage.is_empty()) {
        Some(stage) => {
            let absent = || {
                let project = project.as_str();
                Refusal::new(
                    StatusCode::NOT_FOUND,
                    format!("Stage {stage:?} not found in project {project:?}"),
                )
            };
            let stage = StageName::new(stage).map_err(|_| absent())?;
            (call.control().available(&project, &stage).await?, ResourceVersion::default())
        }
        None => {
            let listing = call.control().list(FREIGHT, Some(&namespace), "").await?;
            (listing.documents, listing.version)
        }
    };
    let mut found: Vec<(Value, Document)> = Vec::with_capacity(documents.len());
    for document in documents {
        let value: Value = serde_json::from_str(&document.text).unwrap_or_default();
        if is_of(&origins, &value) {
            found.push((value, document));
        }
    }
    order(&mut found, &call);
    Ok(groups(&grouped(&found, call.query("groupBy").unwrap_or_default()), version))
}

/// Newest first, unless asked otherwise.
fn order(found: &mut [(Value, Document)], call: &Call) {
    let text = |value: &Value, pointer: &str| {
        value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let is_by_tag = call.query("orderBy") == Some("tag");
    found.sort_by_key(|(value, document)| {
        let key = if is_by_tag { text(value, "/images/0/tag") } else { text(value, "/discoveredAt") };
        std::cmp::Reverse((key, document.key.name.clone()))
    });
    if call.is_set("reverse") {
        found.reverse();
    }
}

/// Freight by the repositories of its artifacts.
fn grouped<'f>(found: &'f [(Value, Document)], by: &str) -> Vec<(String, Vec<&'f Document>)> {
    let artifacts = match by {
        "image_repo" => "images",
        "git_repo" => "commits",
        "chart_repo" => "charts",
        _ => return vec![(String::new(), found.iter().map(|(_, document)| document).collect())],
    };
    let mut groups: BTreeMap<String, Vec<&Document>> = BTreeMap::new();
    for (value, document) in found {
        for artifact in value[artifacts].as_array().into_iter().flatten() {
            let repository = artifact["repoURL"].as_str().unwrap_or_default();
            groups.entry(repository.to_owned()).or_default().push(document);
        }
    }
    groups.into_iter().collect()
}

pub(crate) async fn get(call: Call) -> Answer {
    let project = call.project().await?;
    let document = call.control().freight(&project, call.param("freight")).await?;
    Ok(text(StatusCode::OK, document.text.to_string()))
}

pub(crate) async fn delete(call: Call) -> Answer {
    let project = call.project().await?;
    let document = call.control().freight(&project, call.param("freight")).await?;
    call.control().delete(&call.actor, FREIGHT, &document.key.namespace, &document.key.name).await?;
    Ok(empty(StatusCode::NO_CONTENT))
}

pub(crate) async fn set_alias(call: Call) -> Answer {
    let project = call.project().await?;
    let alias = call.query("newAlias").filter(|alias| !alias.is_empty());
    let alias = alias.ok_or_else(|| Refusal::bad_request("newAlias query parameter is required"))?;
    call.control().set_alias(&call.actor, &project, call.param("freight"), alias).await?;
    Ok(empty(StatusCode::OK))
}

pub(crate) async fn approve(call: Call) -> Answer {
    let project = call.project().await?;
    let stage = call.query("stage").filter(|stage| !stage.is_empty());
    let stage = stage.ok_or_else(|| Refusal::bad_request("stage query parameter is required"))?;
    call.control().approve(&call.actor, &project, call.param("freight"), stage).await?;
    Ok(empty(StatusCode::OK))
}
