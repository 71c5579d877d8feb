//! A server that keeps projects going, driven through its API and by the commands of its users.

mod apply;
mod backup;
mod faults;
mod git_client;
mod kill;
mod pipeline;
mod postgres;
mod registry;
mod settings;
mod shapes;
mod sync;
mod watch;

use std::path::Path;

use serde_json::{Value, json};
use windlass_tests::{Served, Windlass};

/// The commit of freight that is made by hand.
fn commit(number: u32) -> String {
    format!("{number:040}")
}

/// A server on a data directory of a test without servers of other kinds.
async fn serve(data: &Path) -> Served {
    let serve = Windlass::new(["serve", "--dev", "--listen", "127.0.0.1:0", "--data"]).arg(data);
    Served::start(serve).await
}

/// Gives manifests to a server; each must be taken.
async fn apply(served: &Served, manifests: &[Value]) -> Vec<Value> {
    let text = manifests.iter().map(Value::to_string).collect::<Vec<_>>().join("\n---\n");
    let answer = served.request("PUT", "/v1beta1/resources?upsert=true", &text).await.expect(200);
    let results = answer["results"].as_array().unwrap().clone();
    for result in &results {
        assert_eq!(result["error"], Value::Null, "{result}");
    }
    results
}

fn manifest(kind: &str, name: &str, rest: Value) -> Value {
    let mut manifest = json!({
        "apiVersion": "kargo.akuity.io/v1alpha1",
        "kind": kind,
        "metadata": { "name": name, "namespace": "demo" },
    });
    let members = rest.as_object().unwrap().clone();
    manifest.as_object_mut().unwrap().extend(members);
    manifest
}

fn project() -> Value {
    json!({ "apiVersion": "kargo.akuity.io/v1alpha1", "kind": "Project", "metadata": { "name": "demo" } })
}

/// A warehouse whose freight is made by hand.
fn warehouse(name: &str) -> Value {
    let url = format!("https://git.example/{name}.git");
    let spec = json!({ "freightCreationPolicy": "Manual", "subscriptions": [{ "git": { "repoURL": url } }] });
    manifest("Warehouse", name, json!({ "spec": spec }))
}

/// Freight of such a warehouse.
fn freight(warehouse: &str, alias: &str, number: u32) -> Value {
    let url = format!("https://git.example/{warehouse}.git");
    let rest = json!({
        "alias": alias,
        "origin": { "kind": "Warehouse", "name": warehouse },
        "commits": [{ "repoURL": url, "id": commit(number) }],
    });
    manifest("Freight", &format!("{alias}-{number}"), rest)
}

/// A stage with one step that tells its freight.
fn stage(name: &str, requests: &Value) -> Value {
    let steps = json!([{
        "uses": "compose-output", "as": "told", "config": { "freight": "${{ ctx.targetFreight.alias }}" }
    }]);
    let spec = json!({ "requestedFreight": requests, "promotionTemplate": { "spec": { "steps": steps } } });
    manifest("Stage", name, json!({ "spec": spec }))
}

/// A request for freight of one warehouse.
fn request(warehouse: &str, sources: &Value) -> Value {
    json!({ "origin": { "kind": "Warehouse", "name": warehouse }, "sources": sources })
}

/// Stages with this in their names are promoted to by themselves.
fn auto_promotion(pattern: &str) -> Value {
    let policy = json!({ "stageSelector": { "name": pattern }, "autoPromotionEnabled": true });
    manifest("ProjectConfig", "demo", json!({ "spec": { "promotionPolicies": [policy] } }))
}

const STAGES: &str = "/v1beta1/projects/demo/stages";

/// Promotes freight to a stage; the name of the promotion.
async fn promote(served: &Served, stage: &str, alias: &str) -> String {
    let body = json!({ "freightAlias": alias }).to_string();
    let made = served.request("POST", &format!("{STAGES}/{stage}/promotions"), &body).await.expect(201);
    made["metadata"]["name"].as_str().unwrap().to_owned()
}

/// Waits until a promotion has ended; it as it is then.
async fn ended(served: &Served, promotion: &str) -> Value {
    let path = format!("/v1beta1/projects/demo/promotions/{promotion}");
    served.until(&path, |promotion| promotion["status"]["finishedAt"].is_string()).await
}

/// Waits until freight of an alias is verified in a stage.
async fn verified(served: &Served, stage: &str, alias: &str) {
    let freight = served.get(&format!("/v1beta1/projects/demo/freight/{alias}")).await;
    let name = freight["metadata"]["name"].as_str().unwrap().to_owned();
    let is_so = |freight: &Value| {
        freight["metadata"]["name"] == name.as_str() && freight["status"]["verifiedIn"][stage].is_object()
    };
    served.until("/v1beta1/projects/demo/freight", is_so).await;
}

/// Why freight is not in a stage: the codes of the reasons.
async fn why(served: &Served, stage: &str, alias: &str) -> Vec<String> {
    let path = format!("/windlass/v1/projects/demo/stages/{stage}/why?freight={alias}");
    let answer = served.get(&path).await;
    let reasons = answer["freight"][0]["reasons"].as_array().unwrap().clone();
    reasons.iter().map(|reason| reason["code"].as_str().unwrap().to_owned()).collect()
}
