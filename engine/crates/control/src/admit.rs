//! Whether a document may be written, and what is stored of it.

use serde_json::{Map, Value, json};
use windlass_model::ids::Namespace;
use windlass_model::time::Timestamp;
use windlass_ports::control_plane::{ApiError, Fault};
use windlass_yaml::ReadOptions;

use crate::conditions::whole_seconds;

/// The documents of a text.
pub(crate) fn read(text: &[u8]) -> Result<Vec<Value>, ApiError> {
    let bad = |e: windlass_yaml::YamlError| {
        ApiError::new(Fault::BadRequest, format!("error decoding manifest: {e}"))
    };
    let text = windlass_yaml::decode_utf8(text).map_err(bad)?;
    let documents = windlass_yaml::read(text, &ReadOptions::default()).map_err(bad)?;
    let mut found = Vec::new();
    for document in documents {
        match document.root.to_json().map_err(bad)? {
            Value::Null => {}
            value => found.push(value),
        }
    }
    if found.is_empty() {
        return Err(ApiError::new(Fault::BadRequest, "no resources found in request body"));
    }
    Ok(found)
}

/// The document as it is stored.
pub(crate) fn admit(
    mut document: Value,
    namespace: &Namespace,
    old: Option<&Value>,
    uid: uuid::Uuid,
    now: Timestamp,
) -> Value {
    let known = |pointer: &str| old.and_then(|old| old.pointer(pointer)).cloned();
    let is_same_spec = old.is_some_and(|old| old.get("spec") == document.get("spec"));
    let generation = known("/metadata/generation").and_then(|generation| generation.as_i64()).unwrap_or(0);
    let generation = if is_same_spec { generation.max(1) } else { generation + 1 };
    let given = document["metadata"].as_object().cloned().unwrap_or_default();
    let mut metadata = Map::new();
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            metadata.insert(name.to_owned(), value);
        }
    };
    set("name", given.get("name").cloned());
    set("namespace", (!namespace.is_cluster()).then(|| json!(namespace)));
    set("uid", Some(known("/metadata/uid").unwrap_or_else(|| json!(uid))));
    set("resourceVersion", Some(json!("")));
    set("generation", Some(json!(generation)));
    let created = known("/metadata/creationTimestamp").unwrap_or_else(|| json!(whole_seconds(now)));
    set("creationTimestamp", Some(created));
    for name in ["labels", "annotations", "finalizers", "ownerReferences"] {
        set(name, given.get(name).cloned());
    }
    if let Some(members) = document.as_object_mut() {
        members.insert("metadata".to_owned(), Value::Object(metadata));
        members.shift_remove("status");
        if let Some(status) = known("/status") {
            members.insert("status".to_owned(), status);
        }
    }
    document
}
