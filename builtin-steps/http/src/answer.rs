//! What an answer is to expressions: `response`, with `status`, `headers`, `header(name)` and `body`.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use windlass_expr::{FunctionError, Map, Value};
use windlass_step::http::Response;
use windlass_step::{Context, Error, ErrorKind};

/// The values of headers by their names as Go writes them.
type Headers = BTreeMap<String, Vec<String>>;

/// An answer that has been read.
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Headers,
    body: Json,
}

impl Answer {
    /// Reads an answer.
    ///
    /// # Errors
    /// If the body is not what it says to be.
    pub(crate) fn of(response: &Response, content_type: Option<&str>) -> Result<Self, String> {
        let headers = by_name(&response.headers);
        let body = body(&response.body, content_type.unwrap_or_else(|| first(&headers, "Content-Type")))?;
        Ok(Self { status: response.status, headers, body })
    }

    /// The same with the values of secrets that the server sent back, if the step may have them: their tokens are no match
    /// for anything. Who may not have them sees tokens.
    ///
    /// # Errors
    /// If the host fails.
    pub(crate) fn revealed(self, context: &Context) -> Result<Self, Error> {
        let mut parts = json!([self.headers, self.body]);
        match context.reveal_all(&mut parts) {
            Ok(()) => {}
            Err(error) if error.kind == ErrorKind::Denied => return Ok(self),
            Err(error) => return Err(error),
        }
        let mut part = |index: usize| parts.get_mut(index).map(Json::take).unwrap_or_default();
        let headers = serde_json::from_value(part(0)).unwrap_or_default();
        Ok(Self { status: self.status, headers, body: part(1) })
    }

    /// The environment of the expressions.
    pub(crate) fn environment(self) -> Value {
        let mut listed = Map::of_lists();
        for (name, values) in &self.headers {
            listed.insert(name.as_str(), Value::strings(values.iter().map(String::as_str)));
        }
        let mut fields = Map::new();
        fields.insert("status", i64::from(self.status));
        fields.insert("headers", listed);
        fields.insert("header", header(self.headers));
        fields.insert("body", Value::from_json(&self.body));
        Map::from_iter([("response", fields)]).into()
    }
}

/// The first value of a header, empty if there is none.
fn first<'h>(headers: &'h Headers, name: &str) -> &'h str {
    headers.get(name).and_then(|values| values.first()).map_or("", String::as_str)
}

/// The function that gives the first value of a header, empty if there is none.
fn header(headers: Headers) -> Value {
    Value::function(move |arguments| match arguments {
        [name] => {
            let name = name.as_str().ok_or_else(|| FunctionError::new("header() takes a string"))?;
            Ok(first(&headers, &canonical(name)).into())
        }
        _ => Err(FunctionError::new("header() takes 1 argument")),
    })
}

fn by_name(headers: &[(String, String)]) -> Headers {
    let mut all = Headers::new();
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

fn body(bytes: &[u8], content_type: &str) -> Result<Json, String> {
    if bytes.is_empty() {
        return Ok(json!({}));
    }
    let media_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match media_type.as_str() {
        "application/json" => json(bytes).map_err(|why| format!("failed to parse JSON response: {why}")),
        "application/yaml" | "application/x-yaml" | "text/yaml" => {
            yaml(bytes).map_err(|why| format!("failed to parse YAML response: {why}"))
        }
        "text/plain" => Ok(String::from_utf8_lossy(bytes).into()),
        _ => Ok(json(bytes).unwrap_or_else(|_| json!({}))),
    }
}

/// JSON as Go reads it: bytes in strings that are no UTF-8 are replaced.
fn json(bytes: &[u8]) -> Result<Json, String> {
    serde_json::from_str(&String::from_utf8_lossy(bytes)).map_err(|error| error.to_string())
}

fn yaml(bytes: &[u8]) -> Result<Json, String> {
    windlass_yaml::decode_utf8(bytes).and_then(windlass_yaml::to_json).map_err(|error| error.to_string())
}
