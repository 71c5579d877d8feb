//! The loopback server of a case: its answers, and what it was asked in the form in which that is recorded.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value, json};
use windlass_testkit::routes::{Route, RoutedRequest};

use super::case::Answer;
use super::placeholders::Placeholders;

/// Headers that are not recorded: they say who asks, and how much.
const UNRECORDED: [&str; 5] = ["user-agent", "accept-encoding", "content-length", "connection", "host"];

/// The answer as the server takes it.
pub(super) fn route(answer: &Answer, placeholders: &Placeholders) -> Result<Route, String> {
    let body = match (&answer.body_base64, &answer.body_repeat) {
        (Some(encoded), _) => BASE64_STANDARD.decode(encoded).map_err(|e| format!("bodyBase64: {e}"))?,
        (None, Some(repeat)) => repeat.text.repeat(repeat.count).into_bytes(),
        (None, None) => placeholders.fill(&answer.body).into_bytes(),
    };
    let headers = answer.headers.iter().map(|(name, value)| (name.clone(), placeholders.fill(value)));
    Ok(Route {
        method: answer.method.clone(),
        path: answer.path.clone(),
        status: answer.status,
        headers: headers.collect(),
        body: body.into(),
        delay: Duration::from_millis(answer.delay_ms),
    })
}

/// A request as it is recorded: what is empty is left out.
pub(super) fn recorded(request: &RoutedRequest) -> Value {
    let mut recorded = json!({"method": request.method, "path": request.path});
    if !request.query.is_empty() {
        recorded["query"] = request.query.clone().into();
    }
    if !request.body.is_empty() {
        recorded["body"] = String::from_utf8_lossy(&request.body).into();
    }
    let mut headers: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (name, value) in request.headers.iter().filter(|(name, _)| !UNRECORDED.contains(&name.as_str())) {
        headers.entry(canonical(name)).or_default().push(value);
    }
    if !headers.is_empty() {
        let joined = |(name, values): (String, Vec<&str>)| (name, values.join(", ").into());
        recorded["headers"] = Value::Object(headers.into_iter().map(joined).collect::<Map<_, _>>());
    }
    recorded
}

/// The name of a header as Go writes it: `Content-Type`.
fn canonical(name: &str) -> String {
    let capitalized = |part: &str| {
        let mut letters = part.chars();
        letters
            .next()
            .map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
    };
    name.split('-').map(capitalized).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_recorded_without_what_is_empty_or_the_clients_own() {
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut request = RoutedRequest {
            method: "GET".to_owned(),
            path: "/a b".to_owned(),
            query: String::new(),
            headers: vec![header("host", "x"), header("user-agent", "y")],
            body: Default::default(),
        };
        assert_eq!(recorded(&request), json!({"method": "GET", "path": "/a b"}));
        request.headers.extend([header("x-one", "1"), header("accept", "*/*"), header("x-one", "2")]);
        request.query = "q=%20".to_owned();
        request.body = "{}".into();
        let headers = json!({"Accept": "*/*", "X-One": "1, 2"});
        let wanted =
            json!({"method": "GET", "path": "/a b", "query": "q=%20", "body": "{}", "headers": headers});
        assert_eq!(recorded(&request), wanted);
    }
}
