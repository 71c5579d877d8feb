//! A project of 1,000 stages with 10,000 promotions behind it: its lists, and what it takes when nothing happens.

use std::time::Duration;

use serde_json::{Value, json};
use windlass_tests::{Served, Windlass};

use crate::line::{Line, Target, median, now_micros};
use crate::process::{cpu_seconds, is_idle, private_megabytes, rest};

const PROJECT: &str = "/v1beta1/projects/demo";
const STAGES: usize = 1_000;
const PROMOTIONS_OF_EACH: usize = 10;
const TIMES: usize = 15;

/// For how long nothing happens.
const IDLE: Duration = Duration::from_secs(10);

pub(crate) async fn measure() -> Vec<Line> {
    let dir = tempfile::tempdir().expect("a directory");
    let serve = Windlass::new(["serve", "--dev", "--listen", "127.0.0.1:0", "--data"]).arg(dir.path());
    let served = Served::start(serve).await;
    make_history(&served).await;
    is_idle(served.id()).await;
    let before = cpu_seconds(served.id());
    rest(IDLE).await;
    let idle = (cpu_seconds(served.id()) - before) / IDLE.as_secs_f64();
    let list = repeated(async || {
        // Whoever asked reads it in a time of his own, which stands beside.
        let list = served.request("GET", &format!("{PROJECT}/stages"), "").await;
        assert_eq!((list.status, list.text.matches("\"kind\":\"Stage\"").count()), (200, STAGES));
    })
    .await;
    let names = repeated(async || {
        let names = served.command(["get", "stages", "-o", "name"]).run().await.expect(0).stdout;
        assert_eq!(names.lines().count(), STAGES);
    })
    .await;
    let text = served.request("GET", &format!("{PROJECT}/stages"), "").await.text;
    let parse = repeated(async || {
        let _: Value = serde_json::from_str(&text).expect("JSON");
    })
    .await;
    let memory = private_megabytes(served.id());
    vec![
        Line { name: "serve-1000-stages-list", value: list, unit: "ms", target: Target::AtMost(50.0) },
        Line { name: "serve-1000-stages-list-parsed-alone", value: parse, unit: "ms", target: Target::None },
        Line { name: "serve-1000-stages-names", value: names, unit: "ms", target: Target::AtMost(20.0) },
        Line {
            name: "serve-1000-stages-idle",
            value: idle * 100.0,
            unit: "% of a core",
            target: Target::AtMost(1.0),
        },
        Line { name: "serve-1000-stages-memory", value: memory, unit: "MB", target: Target::AtMost(120.0) },
    ]
}

/// The median time in milliseconds.
async fn repeated(work: impl AsyncFn()) -> f64 {
    let mut micros = Vec::new();
    for _ in 0..TIMES {
        let start = now_micros();
        work().await;
        micros.push(now_micros() - start);
    }
    median(micros) / 1e3
}

async fn make_history(served: &Served) {
    let mut manifests = vec![
        kargo("Project", "demo", json!({})),
        kargo(
            "Warehouse",
            "app",
            json!({
                "freightCreationPolicy": "Manual",
                "subscriptions": [{ "git": { "repoURL": "https://git.example/app.git" } }],
            }),
        ),
    ];
    let stage = json!({
        "requestedFreight": [{ "origin": { "kind": "Warehouse", "name": "app" }, "sources": { "direct": true } }],
        "promotionTemplate": { "spec": { "steps": [{ "uses": "compose-output", "config": { "a": 1 } }] } },
    });
    manifests.extend((0..STAGES).map(|number| kargo("Stage", &format!("s{number}"), stage.clone())));
    let mut freight = kargo("Freight", "one", json!({}));
    freight["alias"] = json!("one");
    freight["origin"] = json!({ "kind": "Warehouse", "name": "app" });
    freight["commits"] = json!([{ "repoURL": "https://git.example/app.git", "id": "1".repeat(40) }]);
    manifests.push(freight);
    let text = manifests.iter().map(Value::to_string).collect::<Vec<_>>().join("\n---\n");
    let _ = served.request("PUT", "/v1beta1/resources?upsert=true", &text).await.expect(200);
    let mut changes = served.watch(&format!("{PROJECT}/promotions")).await;
    let body = json!({ "freightAlias": "one" }).to_string();
    for _ in 0..PROMOTIONS_OF_EACH {
        let make = async {
            for number in 0..STAGES {
                let path = format!("{PROJECT}/stages/s{number}/promotions");
                let _ = served.request("POST", &path, &body).await.expect(201);
            }
        };
        let see = async {
            let mut ended = 0;
            while ended < STAGES {
                let change = changes.next().await;
                let is_end = change["object"]["status"]["finishedAt"].is_string();
                ended += usize::from(is_end && change["type"] == "MODIFIED");
            }
        };
        tokio::join!(make, see);
    }
}

fn kargo(kind: &str, name: &str, spec: Value) -> Value {
    let mut manifest = json!({
        "apiVersion": "kargo.akuity.io/v1alpha1",
        "kind": kind,
        "metadata": { "name": name },
    });
    if kind != "Project" {
        manifest["metadata"]["namespace"] = json!("demo");
        manifest["spec"] = spec;
    }
    manifest
}
