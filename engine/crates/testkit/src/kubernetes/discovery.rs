//! What clients ask first: which groups, versions and kinds there are.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};

use super::resource::Resource;

/// What all kinds can do.
const VERBS: [&str; 7] = ["create", "delete", "get", "list", "patch", "update", "watch"];

/// The answer for a path that asks what there is; none for other paths.
pub(super) fn answer(resources: &[Arc<Resource>], path: &str) -> Option<Value> {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    match parts.as_slice() {
        ["api"] => Some(json!({"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []})),
        ["api", version] => kinds(resources, "", version),
        ["apis"] => {
            let groups: BTreeSet<&str> =
                resources.iter().map(|r| r.group.as_str()).filter(|group| !group.is_empty()).collect();
            let groups: Vec<Value> = groups.into_iter().filter_map(|name| group(resources, name)).collect();
            Some(json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}))
        }
        ["apis", name] => {
            let mut found = group(resources, name)?;
            found["kind"] = json!("APIGroup");
            found["apiVersion"] = json!("v1");
            Some(found)
        }
        ["apis", group, version] => kinds(resources, group, version),
        _ => None,
    }
}

fn group(resources: &[Arc<Resource>], name: &str) -> Option<Value> {
    let versions: BTreeSet<&str> =
        resources.iter().filter(|r| r.group == name).map(|r| r.version.as_str()).collect();
    let versions: Vec<Value> = versions
        .into_iter()
        .map(|version| json!({"groupVersion": format!("{name}/{version}"), "version": version}))
        .collect();
    let preferred = versions.last()?.clone();
    Some(json!({"name": name, "versions": versions, "preferredVersion": preferred}))
}

fn kinds(resources: &[Arc<Resource>], group: &str, version: &str) -> Option<Value> {
    let of_version: Vec<&Arc<Resource>> =
        resources.iter().filter(|r| r.group == group && r.version == version).collect();
    let group_version = of_version.first()?.api_version();
    let kinds: Vec<Value> = of_version
        .iter()
        .map(|r| {
            json!({
                "name": r.plural,
                "singularName": r.kind.to_lowercase(),
                "namespaced": true,
                "kind": r.kind,
                "verbs": VERBS,
            })
        })
        .collect();
    Some(json!({
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": group_version,
        "resources": kinds,
    }))
}
