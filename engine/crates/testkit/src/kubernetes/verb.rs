//! What clients do with one object.

use std::sync::Arc;

use serde_json::Value;
use windlass_model::time::Timestamp;

use super::merge_patch::merge;
use super::object::{changed, identify, made, stated_version};
use super::resource::Resource;
use super::status::ApiStatus;
use super::store::{ObjectId, Store};

pub(super) fn create(
    store: &mut Store,
    resource: &Arc<Resource>,
    namespace: &str,
    object: Value,
    now: Timestamp,
) -> Result<Value, ApiStatus> {
    let id = identify(resource, Some(namespace), &object)?;
    if store.get(&id).is_some() {
        return Err(ApiStatus::already_exists(&id));
    }
    if stated_version(&object).is_some() {
        return Err(ApiStatus::bad_request("resourceVersion should not be set on objects to be created"));
    }
    put_new(store, &id, object, now)
}

pub(super) fn replace(store: &mut Store, id: &ObjectId, object: Value) -> Result<Value, ApiStatus> {
    if identify(&id.resource, Some(&id.namespace), &object)? != *id {
        return Err(ApiStatus::bad_request("the name of the object does not match the name on the URL"));
    }
    put_changed(store, id, |_| object)
}

pub(super) fn patch(store: &mut Store, id: &ObjectId, patch: &Value) -> Result<Value, ApiStatus> {
    if !patch.is_object() {
        return Err(ApiStatus::bad_request("a merge patch must be an object"));
    }
    let before = store.get(id).ok_or_else(|| ApiStatus::not_found(id))?;
    let mut object = before.clone();
    merge(&mut object, patch);
    if identify(&id.resource, Some(&id.namespace), &object)? != *id {
        return Err(ApiStatus::bad_request("a patch cannot change an object's name"));
    }
    put_changed(store, id, |_| object)
}

/// Makes an object, or replaces it whatever its version is.
pub(super) fn apply(store: &mut Store, mut object: Value, now: Timestamp) -> Result<Value, ApiStatus> {
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let resource =
        store.by_kind(text("/apiVersion"), text("/kind")).ok_or_else(ApiStatus::no_such_resource)?;
    let id = identify(&resource, None, &object)?;
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.remove("resourceVersion");
    }
    match store.get(&id) {
        None => put_new(store, &id, object, now),
        Some(_) => put_changed(store, &id, |_| object),
    }
}

/// Changes an object in place, in one step.
pub(super) fn modify(
    store: &mut Store,
    id: &ObjectId,
    change: impl FnOnce(&mut Value),
) -> Result<Value, ApiStatus> {
    put_changed(store, id, |before| {
        let mut object = before.clone();
        change(&mut object);
        object
    })
}

fn put_new(store: &mut Store, id: &ObjectId, object: Value, now: Timestamp) -> Result<Value, ApiStatus> {
    let uid = uuid::Uuid::new_v4().to_string();
    store.put(id, made(id, object, uid, now))
}

fn put_changed(
    store: &mut Store,
    id: &ObjectId,
    change: impl FnOnce(&Value) -> Value,
) -> Result<Value, ApiStatus> {
    let before = store.get(id).ok_or_else(|| ApiStatus::not_found(id))?;
    let object = change(before);
    if stated_version(&object).is_some_and(|version| Some(version) != stated_version(before)) {
        return Err(ApiStatus::conflict(id));
    }
    match changed(id, before, object) {
        Some(object) => store.put(id, object),
        None => Ok(before.clone()),
    }
}
