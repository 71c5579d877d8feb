//! Admission: whether a document may be written, and what is stored of it (`kargo.md` section 1). Its shape has been checked
//! when it was read; here are the rules that need to know what is there, and what Kargo fills in.

mod freight;
mod modernise;
mod secret;
mod warehouse;

use serde_json::{Map, Value, json};
use windlass_model::manifest::warehouse::Warehouse;
use windlass_model::time::Timestamp;
use windlass_ports::control_plane::{ApiError, Fault};
use windlass_ports::records::ResourceKey;
use windlass_versions::GoDuration;

pub(crate) use secret::redacted;

use crate::conditions::whole_seconds;

/// What admission can look up.
pub(crate) trait World {
    /// A warehouse of the project that the document is in.
    fn warehouse(&self, name: &str) -> Option<Warehouse>;

    /// The freight of the project that has an alias.
    fn freight_with_alias(&self, alias: &str) -> Option<String>;
}

/// A document that somebody wants to write.
pub(crate) struct Request<'a> {
    pub(crate) key: &'a ResourceKey,
    pub(crate) document: Value,
    /// What is there.
    pub(crate) old: Option<&'a Value>,
    pub(crate) actor: &'a str,
    pub(crate) uid: uuid::Uuid,
    pub(crate) now: Timestamp,
}

/// A document that may be written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Admitted {
    /// Its name: that of freight is computed.
    pub(crate) name: String,
    /// What is stored.
    pub(crate) document: Value,
    /// Nothing would change.
    pub(crate) is_unchanged: bool,
}

/// Admits a document.
pub(crate) fn admit(mut request: Request<'_>, world: &dyn World) -> Result<Admitted, ApiError> {
    let document = &mut request.document;
    normalise_durations(document);
    let mut name = request.key.name.clone();
    match request.key.kind.as_str() {
        "Warehouse" => {
            modernise::subscriptions(document);
            warehouse::fill_in(document);
        }
        "Freight" => name = freight::admit(document, &name, request.old, request.now, world)?,
        "Secret" => secret::admit(document, &name)?,
        _ => {}
    }
    let stored = stored(&request, &name);
    let is_unchanged = request.old.is_some_and(|old| is_same(old, &stored));
    Ok(Admitted { name, document: stored, is_unchanged })
}

/// A document that breaks rules.
pub(crate) fn invalid(key: &ResourceKey, problems: &[String]) -> ApiError {
    let problems = match problems {
        [only] => only.clone(),
        many => format!("[{}]", many.join(", ")),
    };
    let (kind, group, name) = (&key.kind, super::control::group(&key.kind), &key.name);
    ApiError::new(Fault::Invalid, format!("{kind}{group} {name:?} is invalid: {problems}"))
}

/// The document with what the server says of it.
fn stored(request: &Request<'_>, name: &str) -> Value {
    let old = request.old;
    let known = |pointer: &str| old.and_then(|old| old.pointer(pointer)).cloned();
    let given = request.document["metadata"].as_object().cloned().unwrap_or_default();
    let is_same_spec = old.is_some_and(|old| old.get("spec") == request.document.get("spec"));
    let generation = known("/metadata/generation").and_then(|number| number.as_i64()).unwrap_or(0);
    let generation = if is_same_spec { generation.max(1) } else { generation + 1 };
    let mut metadata = Map::new();
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            metadata.insert(name.to_owned(), value);
        }
    };
    set("name", Some(json!(name)));
    set("namespace", (!request.key.namespace.is_cluster()).then(|| json!(request.key.namespace)));
    set("uid", Some(known("/metadata/uid").unwrap_or_else(|| json!(request.uid))));
    set("resourceVersion", Some(json!("")));
    set("generation", Some(json!(generation)));
    let created = known("/metadata/creationTimestamp").unwrap_or_else(|| json!(whole_seconds(request.now)));
    set("creationTimestamp", Some(created));
    set("labels", given.get("labels").cloned());
    set("annotations", annotations(request, given.get("annotations")));
    set("finalizers", given.get("finalizers").cloned());
    set("ownerReferences", given.get("ownerReferences").cloned());
    let mut members = Map::new();
    for head in ["kind", "apiVersion"] {
        members.insert(head.to_owned(), request.document[head].clone());
    }
    members.insert("metadata".to_owned(), Value::Object(metadata));
    let own = request.document.as_object().into_iter().flatten();
    let own = own.filter(|(name, _)| !["kind", "apiVersion", "metadata", "status"].contains(&name.as_str()));
    members.extend(own.map(|(name, value)| (name.clone(), value.clone())));
    if let Some(status) = known("/status") {
        members.insert("status".to_owned(), status);
    }
    Value::Object(members)
}

/// The annotations; those of a project say who made it.
fn annotations(request: &Request<'_>, given: Option<&Value>) -> Option<Value> {
    const CREATOR: &str = "kargo.akuity.io/create-actor";
    let known = request.old.and_then(|old| old["metadata"]["annotations"].get(CREATOR)).cloned();
    let new = (request.old.is_none() && !request.actor.is_empty()).then(|| json!(request.actor));
    let Some(creator) = known.or(new).filter(|_| request.key.kind == "Project") else {
        return given.cloned();
    };
    let mut annotations = given.and_then(Value::as_object).cloned().unwrap_or_default();
    annotations.insert(CREATOR.to_owned(), creator);
    Some(Value::Object(annotations))
}

/// Whether two stored forms differ in nothing but their version.
fn is_same(old: &Value, new: &Value) -> bool {
    let comparable = |document: &Value| {
        let mut document = document.clone();
        if let Some(metadata) = document.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.shift_remove("resourceVersion");
        }
        document
    };
    comparable(old) == comparable(new)
}

/// Writes durations as Go does: `10h` becomes `10h0m0s`.
fn normalise_durations(document: &mut Value) {
    let Some(spec) = document.get_mut("spec") else { return };
    normalise(spec.get_mut("interval"));
    for request in spec.get_mut("requestedFreight").and_then(Value::as_array_mut).into_iter().flatten() {
        normalise(request.pointer_mut("/sources/requiredSoakTime"));
    }
    for pointer in ["/steps", "/promotionTemplate/spec/steps"] {
        for step in spec.pointer_mut(pointer).and_then(Value::as_array_mut).into_iter().flatten() {
            normalise(step.pointer_mut("/retry/timeout"));
        }
    }
}

fn normalise(duration: Option<&mut Value>) {
    let Some(duration) = duration else { return };
    if let Some(parsed) = duration.as_str().and_then(|text| text.parse::<GoDuration>().ok()) {
        *duration = json!(parsed.to_string());
    }
}
