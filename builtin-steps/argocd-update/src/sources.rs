//! The sources of an Application, and what an update makes of them.

use serde_json::{Value, json};
use windlass_model::freight::address::normalize_git;

use crate::config::{KustomizeImage, SourceUpdate};

/// The revision that each source must be synced to; none where no update says.
pub(crate) fn desired_revisions(sources: &[Value], updates: &[SourceUpdate]) -> Vec<Option<String>> {
    let desired = |source: &Value| {
        updates
            .iter()
            .find(|update| is_about(update, source))
            .and_then(|update| update.desired_revision.clone())
    };
    sources.iter().map(desired).collect()
}

/// Makes every update, each in the first source that it is about.
///
/// # Errors
/// An update that is about none of the sources, in words that follow `no source of …`.
pub(crate) fn updated(mut sources: Vec<Value>, updates: &[SourceUpdate]) -> Result<Vec<Value>, String> {
    for update in updates {
        match sources.iter_mut().find(|source| is_about(update, source)) {
            Some(source) => apply(update, source),
            None => {
                let chart =
                    update.chart.as_ref().map(|chart| format!(" and chart {chart:?}")).unwrap_or_default();
                return Err(format!("matched update for source with repoURL {}{chart}", update.repo_url));
            }
        }
    }
    Ok(sources)
}

/// Charts are told apart by the exact address, Git repositories by what it means.
fn is_about(update: &SourceUpdate, source: &Value) -> bool {
    let text = |name: &str| source[name].as_str().unwrap_or_default();
    let chart = update.chart.as_deref().unwrap_or_default();
    if chart.is_empty() && text("chart").is_empty() {
        normalize_git(&update.repo_url) == normalize_git(text("repoURL"))
    } else {
        update.repo_url == text("repoURL") && chart == text("chart")
    }
}

fn apply(update: &SourceUpdate, source: &mut Value) {
    if let Some(revision) = update.desired_revision.as_ref().filter(|_| update.update_target_revision) {
        source["targetRevision"] = json!(revision);
    }
    if let Some(kustomize) = update.kustomize.as_ref().filter(|kustomize| !kustomize.images.is_empty()) {
        let images: Vec<String> = kustomize.images.iter().map(image).collect();
        member(source, "kustomize")["images"] = json!(images);
    }
    for parameter in update.helm.iter().flat_map(|helm| &helm.images) {
        set_parameter(member(source, "helm"), &parameter.key, &parameter.value);
    }
}

/// A member that is an object, made if it is not there.
fn member<'v>(source: &'v mut Value, name: &str) -> &'v mut Value {
    let member = &mut source[name];
    if !member.is_object() {
        *member = json!({});
    }
    member
}

/// An image as Kustomize's command line takes it: `image[=new name][:tag|@digest]`.
fn image(image: &KustomizeImage) -> String {
    let mut text = image.repo_url.clone();
    for (mark, part) in
        [('=', image.new_name.as_deref().unwrap_or_default()), (':', &image.tag), ('@', &image.digest)]
    {
        if !part.is_empty() {
            text.push(mark);
            text.push_str(part);
        }
    }
    text
}

fn set_parameter(helm: &mut Value, name: &str, value: &str) {
    let parameters = &mut helm["parameters"];
    if !parameters.is_array() {
        *parameters = json!([]);
    }
    let Some(parameters) = parameters.as_array_mut() else { return };
    match parameters.iter_mut().find(|parameter| parameter["name"] == name) {
        Some(parameter) => parameter["value"] = json!(value),
        None => parameters.push(json!({ "name": name, "value": value })),
    }
}
