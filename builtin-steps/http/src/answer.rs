//! What an answer is to expressions: `response`, with `status`, `headers`, `header(name)` and `body`.

use std::collections::BTreeMap;

use windlass_expr::{FunctionError, Map, Value};
use windlass_step::http::Response;

/// The environment of the expressions.
///
/// # Errors
/// If the body is not what it says to be.
pub(crate) fn environment(response: &Response, content_type: Option<&str>) -> Result<Value, String> {
    let headers = by_name(&response.headers);
    let first = |name: &str| headers.get(name).and_then(|values| values.first()).map_or("", String::as_str);
    let body = body(&response.body, content_type.unwrap_or_else(|| first("Content-Type")))?;
    let mut listed = Map::of_lists();
    for (name, values) in &headers {
        listed.insert(name.as_str(), Value::strings(values.iter().map(String::as_str)));
    }
    let mut fields = Map::new();
    fields.insert("status", i64::from(response.status));
    fields.insert("headers", listed);
    fields.insert("header", header(headers.clone()));
    fields.insert("body", body);
    Ok(Map::from_iter([("response", fields)]).into())
}

/// The function that gives the first value of a header, empty if there is none.
fn header(headers: BTreeMap<String, Vec<String>>) -> Value {
    Value::function(move |arguments| match arguments {
        [name] => {
            let name = name.as_str().ok_or_else(|| FunctionError::new("header() takes a string"))?;
            let values = headers.get(&canonical(name));
            Ok(values.and_then(|values| values.first()).map_or("", String::as_str).into())
        }
        _ => Err(FunctionError::new("header() takes 1 argument")),
    })
}

fn by_name(headers: &[(String, String)]) -> BTreeMap<String, Vec<String>> {
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in headers {
        all.entry(canonical(name)).or_default().push(value.clone());
    }
    all
}

/// The name of a header as Go writes it: `Content-Type`.
fn canonical(name: &str) -> String {
    let mut starts = true;
    name.chars()
        .map(|letter| {
            let written = if starts { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() };
            starts = letter == '-';
            written
        })
        .collect()
}

fn body(bytes: &[u8], content_type: &str) -> Result<Value, String> {
    if bytes.is_empty() {
        return Ok(Map::new().into());
    }
    let media_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match media_type.as_str() {
        "application/json" => json(bytes).map_err(|why| format!("failed to parse JSON response: {why}")),
        "application/yaml" | "application/x-yaml" | "text/yaml" => {
            yaml(bytes).map_err(|why| format!("failed to parse YAML response: {why}"))
        }
        "text/plain" => Ok(Value::from(String::from_utf8_lossy(bytes).as_ref())),
        _ => Ok(json(bytes).unwrap_or_else(|_| Map::new().into())),
    }
}

/// JSON as Go reads it: bytes in strings that are no UTF-8 are replaced.
fn json(bytes: &[u8]) -> Result<Value, String> {
    let text = String::from_utf8_lossy(bytes);
    let parsed: serde_json::Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    Ok(Value::from_json(&parsed))
}

fn yaml(bytes: &[u8]) -> Result<Value, String> {
    let json = windlass_yaml::decode_utf8(bytes).and_then(windlass_yaml::to_json);
    json.map(|json| Value::from_json(&json)).map_err(|error| error.to_string())
}
