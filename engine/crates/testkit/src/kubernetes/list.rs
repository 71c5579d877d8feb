//! Lists, in pages if the client wants pages.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::query::ListQuery;
use super::resource::Resource;
use super::status::ApiStatus;
use super::store::Store;

/// Where the next page begins.
#[derive(Serialize, Deserialize)]
struct Resume {
    /// After this object: namespace and name.
    after: (String, String),
    /// The version of the first page.
    version: u64,
}

/// A list of the objects that are asked for.
pub(super) fn list(
    store: &Store,
    resource: &Resource,
    namespace: Option<&str>,
    query: &ListQuery,
) -> Result<Value, ApiStatus> {
    let resume = query.resume.as_deref().map(read_resume).transpose()?;
    let after = resume.as_ref().map(|resume| resume.after.clone());
    let version = resume.map_or(store.version(), |resume| resume.version);
    let limit = query.limit.unwrap_or(usize::MAX);
    let mut rest = store
        .of_kind(resource, namespace)
        .filter(|object| query.matches(object))
        .filter(|object| after.as_ref().is_none_or(|after| place(object) > *after))
        .peekable();
    let mut items: Vec<Value> = Vec::new();
    while items.len() < limit
        && let Some(object) = rest.next()
    {
        items.push((**object).clone());
    }
    let mut metadata = json!({"resourceVersion": version.to_string()});
    if let (Some(_), Some(last)) = (rest.peek(), items.last()) {
        metadata["continue"] = json!(write_resume(&Resume { after: place(last), version }));
        metadata["remainingItemCount"] = json!(rest.count());
    }
    Ok(json!({
        "apiVersion": resource.api_version(),
        "kind": format!("{}List", resource.kind),
        "metadata": metadata,
        "items": items,
    }))
}

fn place(object: &Value) -> (String, String) {
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    (text("/metadata/namespace"), text("/metadata/name"))
}

fn write_resume(resume: &Resume) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(resume).unwrap_or_default())
}

fn read_resume(text: &str) -> Result<Resume, ApiStatus> {
    let decoded = URL_SAFE_NO_PAD.decode(text).ok();
    decoded
        .and_then(|json| serde_json::from_slice(&json).ok())
        .ok_or_else(|| ApiStatus::bad_request("the continue parameter is not one that this server gave"))
}
