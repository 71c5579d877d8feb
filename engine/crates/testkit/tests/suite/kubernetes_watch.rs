//! The Kubernetes API: watches.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};
use windlass_egress::Inbound;
use windlass_ports::clock::Clock as _;

use crate::kubernetes::{APPS, Fixture, app, start};

struct Watch {
    response: Inbound,
    read: Vec<u8>,
}

impl Watch {
    async fn open(f: &Fixture, query: &str) -> Self {
        let target = format!("{APPS}?watch=true{query}");
        Self { response: f.client.open(Method::GET, &target, &[], b"").await.unwrap(), read: Vec::new() }
    }

    /// The next line: its type, the object's name, and its version.
    async fn next(&mut self) -> Option<(String, String, String)> {
        let line = self.line().await?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let metadata = &line["object"]["metadata"];
        Some((text(&line["type"]), text(&metadata["name"]), text(&metadata["resourceVersion"])))
    }

    async fn line(&mut self) -> Option<Value> {
        loop {
            if let Some(end) = self.read.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.read.drain(..=end).collect();
                return Some(serde_json::from_slice(&line).unwrap());
            }
            self.read.extend_from_slice(&self.response.chunk().await.unwrap()?);
        }
    }
}

fn event(kind: &str, name: &str, version: &str) -> Option<(String, String, String)> {
    Some((kind.to_owned(), name.to_owned(), version.to_owned()))
}

#[tokio::test]
async fn changes_come_in_order_from_where_the_client_is() {
    let f = start(|_| {}).await;
    for name in ["a", "b"] {
        f.client.json(Method::POST, APPS, &app(name, json!({}))).await;
    }
    let mut from_start = Watch::open(&f, "").await;
    assert_eq!(from_start.next().await, event("ADDED", "a", "1"));
    assert_eq!(from_start.next().await, event("ADDED", "b", "2"));
    let mut from_one = Watch::open(&f, "&resourceVersion=1").await;
    assert_eq!(from_one.next().await, event("ADDED", "b", "2"));
    f.client.json(Method::PATCH, &format!("{APPS}/a"), &json!({"spec": {"x": 1}})).await;
    f.client.json(Method::DELETE, &format!("{APPS}/b"), &json!({})).await;
    for watch in [&mut from_start, &mut from_one] {
        assert_eq!(watch.next().await, event("MODIFIED", "a", "3"));
        assert_eq!(watch.next().await, event("DELETED", "b", "4"));
    }
}

#[tokio::test]
async fn an_object_out_of_sight_is_gone() {
    let f = start(|_| {}).await;
    let mut labelled = Watch::open(&f, "&labelSelector=t%3D1").await;
    let mut named = Watch::open(&f, "&fieldSelector=metadata.name%3Db").await;
    f.client.json(Method::POST, APPS, &app("a", json!({"t": "1"}))).await;
    f.client.json(Method::POST, APPS, &app("b", json!({"t": "2"}))).await;
    f.client.json(Method::PATCH, &format!("{APPS}/a"), &json!({"metadata": {"labels": {"t": "2"}}})).await;
    f.client.json(Method::PATCH, &format!("{APPS}/b"), &json!({"metadata": {"labels": {"t": "1"}}})).await;
    assert_eq!(labelled.next().await, event("ADDED", "a", "1"));
    assert_eq!(labelled.next().await, event("DELETED", "a", "3"));
    assert_eq!(labelled.next().await, event("ADDED", "b", "4"));
    assert_eq!(named.next().await, event("ADDED", "b", "2"));
    assert_eq!(named.next().await, event("MODIFIED", "b", "4"));
    let mut elsewhere = app("c", json!({"t": "1"}));
    elsewhere["metadata"]["namespace"] = json!("other");
    f.api.apply(elsewhere).unwrap();
    f.client.json(Method::POST, APPS, &app("d", json!({"t": "1"}))).await;
    assert_eq!(labelled.next().await, event("ADDED", "d", "6"));
}

#[tokio::test]
async fn what_is_forgotten_is_gone() {
    let f = start(|_| {}).await;
    f.client.json(Method::POST, APPS, &app("a", json!({}))).await;
    let mut live = Watch::open(&f, "&resourceVersion=1").await;
    f.api.forget_history();
    let mut late = Watch::open(&f, "&resourceVersion=1").await;
    for watch in [&mut live, &mut late] {
        let line = watch.line().await.unwrap();
        assert_eq!((&line["type"], &line["object"]["code"]), (&json!("ERROR"), &json!(410)));
        assert_eq!(watch.line().await, None);
    }
    // The same happens by itself once there were too many changes.
    for count in 0..1_025 {
        f.api.apply(app("a", json!({"count": count.to_string()}))).unwrap();
    }
    assert_eq!(Watch::open(&f, "&resourceVersion=2").await.line().await.unwrap()["object"]["code"], 410);
    assert_eq!(Watch::open(&f, "&resourceVersion=1026").await.next().await, event("MODIFIED", "a", "1027"));
}

#[tokio::test]
async fn a_watch_ends_when_its_time_is_up() {
    let f = start(|_| {}).await;
    let mut watch = Watch::open(&f, "&timeoutSeconds=30").await;
    f.client.json(Method::POST, APPS, &app("a", json!({}))).await;
    assert_eq!(watch.next().await, event("ADDED", "a", "1"));
    f.clock.set(f.clock.now().plus(Duration::from_secs(30)));
    assert_eq!(watch.next().await, None);
    f.server.stop().await;
}
