//! Secrets: what is written in plain is kept like the rest, and credentials must say what they are for.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use windlass_ports::control_plane::{ApiError, Fault};

/// Kinds of credentials that belong to a repository.
const OF_REPOSITORIES: [&str; 3] = ["git", "image", "helm"];

/// Admits a Secret. No value ever gets into a message.
pub(super) fn admit(document: &mut Value, name: &str) -> Result<(), ApiError> {
    let Some(members) = document.as_object_mut() else { return Ok(()) };
    let plain = members.shift_remove("stringData");
    let mut data = members.get("data").and_then(Value::as_object).cloned().unwrap_or_default();
    for (key, value) in plain.as_ref().and_then(Value::as_object).into_iter().flatten() {
        data.insert(key.clone(), json!(STANDARD.encode(value.as_str().unwrap_or_default())));
    }
    check_repository(members, &data, name)?;
    if !data.is_empty() {
        members.insert("data".to_owned(), Value::Object(data));
    }
    members.entry("type").or_insert_with(|| json!("Opaque"));
    Ok(())
}

fn check_repository(
    members: &Map<String, Value>,
    data: &Map<String, Value>,
    name: &str,
) -> Result<(), ApiError> {
    let label =
        members.get("metadata").and_then(|m| m.pointer("/labels/kargo.akuity.io~1cred-type")?.as_str());
    let needs_url = label.is_some_and(|label| OF_REPOSITORIES.contains(&label));
    if needs_url && !data.contains_key("repoURL") {
        let message = format!(
            "Secret {name:?} is invalid: data.repoURL: the field is missing; a Secret with the label kargo.akuity.io/cred-type \
             says for which repository it is"
        );
        return Err(ApiError::new(Fault::Invalid, message));
    }
    Ok(())
}

/// The Secret as it is shown: with its keys, and without their values.
pub(crate) fn redacted(mut document: Value) -> Value {
    for member in ["data", "stringData"] {
        if let Some(values) = document.get_mut(member).and_then(Value::as_object_mut) {
            values.values_mut().for_each(|value| *value = json!("*** REDACTED ***"));
        }
    }
    document
}
