//! What an API sees to in every object: its names, its uid, its generation, when it was made.

use std::sync::Arc;

use base64::Engine as _;
use serde_json::{Value, json};
use windlass_model::ids::is_kubernetes_name;
use windlass_model::time::Timestamp;

use super::resource::Resource;
use super::status::ApiStatus;
use super::store::ObjectId;

/// The name that an object says it has. It must be of the given kind, if it says of which kind it is, and of the given
/// namespace.
pub(super) fn identify(
    resource: &Arc<Resource>,
    namespace: Option<&str>,
    object: &Value,
) -> Result<ObjectId, ApiStatus> {
    if !object.is_object() || !object.get("metadata").is_some_and(Value::is_object) {
        return Err(ApiStatus::bad_request("the body must be an object with metadata"));
    }
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    for (pointer, expected) in [("/apiVersion", resource.api_version()), ("/kind", resource.kind.clone())] {
        let given = text(pointer);
        if !given.is_empty() && given != expected {
            let message =
                format!("{given} in the body does not match the expected {}: {expected}", &pointer[1..]);
            return Err(ApiStatus::bad_request(message));
        }
    }
    let given = text("/metadata/namespace");
    let namespace = namespace.unwrap_or(given);
    if !given.is_empty() && given != namespace {
        return Err(ApiStatus::bad_request(
            "the namespace of the provided object does not match the namespace sent on the request",
        ));
    }
    let name = text("/metadata/name");
    for (field, value) in [("metadata.name", name), ("metadata.namespace", namespace)] {
        if !is_kubernetes_name(value) {
            let why =
                format!("{field}: Invalid value: {value:?}: a lowercase RFC 1123 subdomain is required");
            return Err(ApiStatus::invalid(&resource.kind, name, &why));
        }
    }
    Ok(ObjectId { resource: Arc::clone(resource), namespace: namespace.to_owned(), name: name.to_owned() })
}

/// A new object with all that an API adds.
pub(super) fn made(id: &ObjectId, mut object: Value, uid: String, now: Timestamp) -> Value {
    object["apiVersion"] = json!(id.resource.api_version());
    object["kind"] = json!(id.resource.kind);
    let metadata = &mut object["metadata"];
    metadata["namespace"] = json!(id.namespace);
    metadata["uid"] = json!(uid);
    metadata["creationTimestamp"] = json!(seconds(now));
    metadata["generation"] = json!(1);
    fold_string_data(id, &mut object);
    object
}

/// An object that replaces `before`: what the API sees to stays, and the generation grows if anything but the metadata
/// changes. None if nothing changes at all.
pub(super) fn changed(id: &ObjectId, before: &Value, mut object: Value) -> Option<Value> {
    object["apiVersion"] = json!(id.resource.api_version());
    object["kind"] = json!(id.resource.kind);
    object["metadata"]["namespace"] = json!(id.namespace);
    for field in ["uid", "creationTimestamp", "generation", "resourceVersion"] {
        object["metadata"][field] = before["metadata"][field].clone();
    }
    fold_string_data(id, &mut object);
    if object == *before {
        return None;
    }
    let without_metadata = |object: &Value| {
        let mut fields = object.as_object().cloned().unwrap_or_default();
        fields.remove("metadata");
        fields
    };
    if without_metadata(&object) != without_metadata(before) {
        let generation = before.pointer("/metadata/generation").and_then(Value::as_u64).unwrap_or(0);
        object["metadata"]["generation"] = json!(generation.saturating_add(1));
    }
    Some(object)
}

/// The resource version that a client says an object has; none if it says nothing.
pub(super) fn stated_version(object: &Value) -> Option<&str> {
    let version = object.pointer("/metadata/resourceVersion")?.as_str()?;
    (!version.is_empty()).then_some(version)
}

/// An instant as Kubernetes writes it: whole seconds.
pub(super) fn seconds(at: Timestamp) -> String {
    Timestamp::from_micros(at.as_seconds().saturating_mul(1_000_000)).to_string()
}

/// Secrets are written with `stringData` and kept with `data`.
fn fold_string_data(id: &ObjectId, object: &mut Value) {
    if id.resource.kind != "Secret" || !id.resource.group.is_empty() {
        return;
    }
    let Some(Value::Object(plain)) = object.as_object_mut().and_then(|fields| fields.remove("stringData"))
    else {
        return;
    };
    if !object["data"].is_object() {
        object["data"] = json!({});
    }
    for (key, value) in plain {
        let encoded = base64::engine::general_purpose::STANDARD.encode(value.as_str().unwrap_or_default());
        object["data"][key] = json!(encoded);
    }
}
