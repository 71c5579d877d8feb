//! The calls of a core module, as JSON through `windlass:step/call`.

use serde_json::{Value, json};
use windlass_testkit::gate::CannedResponse;
use windlass_testkit::kubernetes::application_key;
use windlass_testkit::{Fault, FaultRule};
use windlass_tests::{Options, World, test_guests};

/// Everything that is called in one attempt. `$x` stands for the world's own.
fn calls() -> Value {
    let call = |function: &str, args: Value| json!({ "fn": function, "args": args });
    let out = json!({ "path": "out" });
    let key = json!({ "apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "namespace": "argocd", "name": "app-dev" });
    let request = |method: &str, url: &str, effect: &str| json!({ "method": method, "url": url, "headers": [], "body": { "none": null }, "effect": effect, "options": {} });
    json!([
        call("attempt.getMode", json!({})),
        call("attempt.cancelled", json!({})),
        call("log.write", json!({ "level": "info", "message": "said by the guest" })),
        call("log.progress", json!({ "done": 1, "total": 2, "message": "halfway" })),
        call("http.send", request("GET", "$url", "read")),
        call("http.send", request("GET", "http://elsewhere.example/", "read")),
        call("http.send", request("BREW", "$url", "read")),
        call(
            "http.send",
            json!({
                "method": "GET", "url": "$redirect", "headers": [], "body": { "none": null }, "effect": "read",
                "options": { "redirects": 0 },
            })
        ),
        call("git.listRefs", json!({ "url": "$repository", "patterns": ["refs/heads/"] })),
        call(
            "git.clone",
            json!({
                "url": "$repository",
                "checkouts": [{ "rev": { "branch": "main" }, "path": "out", "create": false, "sparse": [] }],
            })
        ),
        call("git.worktree.head", out.clone()),
        call("git.worktree.clear", out.clone()),
        call("git.worktree.diff", out.clone()),
        call("git.worktree.commit", json!({ "path": "out", "message": "Remove everything" })),
        call("git.worktree.commit", json!({ "path": "out", "message": "Again" })),
        call("git.worktree.push", json!({ "path": "out", "to": { "branch": "empty" } })),
        call("git.worktree.head", json!({ "path": "nowhere" })),
        call("git.worktree.head", json!({ "path": "../out" })),
        call("objects.get", json!({ "key": key })),
        call(
            "objects.patch",
            json!({ "key": key, "patch": { "metadata": { "labels": { "seen": "yes" } } }, "resourceVersion": null })
        ),
        call("objects.patch", json!({ "key": key, "patch": {}, "resourceVersion": "1" })),
        call("secrets.reveal", json!({ "token": "wls00000000000000000000000000" })),
        call("files.permissions", json!({ "paths": ["/"] })),
        call("files.setPermissions", json!({ "changes": [["out/.git", 0o600]] })),
        call("files.permissions", json!({ "paths": ["out/.git"] })),
        call("files.permissions", json!({ "paths": ["out", "nowhere"] })),
        call("files.setPermissions", json!({ "changes": [["out/.git", 0o4755]] })),
        call("files.copy", json!({ "copies": [["out/.git", "copied"], ["nowhere", "not-copied"]] })),
        call("files.permissions", json!({ "paths": ["copied"] })),
        call("metadata.get", json!({ "kind": "Stage", "name": "dev" })),
        call("metadata.upsert", json!({ "kind": "Stage", "name": "dev", "values": { "a": 1, "b": [true] } })),
        call("metadata.upsert", json!({ "kind": "Stage", "name": "dev", "values": { "b": null } })),
        call("metadata.get", json!({ "kind": "Stage", "name": "dev" })),
        call("metadata.upsert", json!({ "kind": "Stage", "name": "nowhere", "values": {} })),
        call("metadata.get", json!({ "kind": "Project", "name": "demo" })),
        call("metadata.setAlias", json!({ "freight": "nowhere", "alias": "a" })),
        call("http.brew", json!({})),
        call("http.send", json!({ "method": "GET" })),
        call("log.write", json!({ "level": "info", "message": "x", "colour": "red" })),
    ])
}

/// What calls the calls.
const STEPS: &str = "
- uses: contract
  as: contract
  config:
    url: URL
    repository: REPO
    apps: [{ name: app-dev }]
    calls: CALLS
";

/// A world with the calls in its manifests.
async fn world() -> World {
    let world = World::with(Options { steps: STEPS.to_owned(), ..Options::default() }).await;
    let url = format!("{}/v2/app/tags/list", world.server.url());
    let redirect = CannedResponse {
        status: 302,
        headers: vec![("Location".to_owned(), "http://elsewhere.example/".to_owned())],
        body: String::new(),
    };
    world.registry.gate().add_fault(FaultRule::always("tags/list?redirect", Fault::Respond(redirect)));
    let calls = calls()
        .to_string()
        .replace("$redirect", &format!("{url}?redirect"))
        .replace("$url", &url)
        .replace("$repository", &world.repo_url());
    world.edit_manifests("URL\n", &format!("{url}\n"));
    world.edit_manifests("CALLS", &calls);
    world
}

/// The answers in a world, with its own names taken out of them. What the calls change is undone afterwards.
async fn answers(world: &World, isolation: &str) -> Vec<Value> {
    let before = world.application_now("dev");
    let run = world.run_in(isolation).args(["--stage", "dev", "-o", "json", "--isolation", isolation]);
    let run = run.args(["--clock", "2026-03-04T05:06:07Z"]).steps(&test_guests().join("steps"));
    let ended = run.run().await.expect(0);
    assert!(ended.stderr.contains("contract: said by the guest"), "{}", ended.stderr);
    let empty = world.repository.resolve("empty").await.unwrap().unwrap().to_string();
    world.repository.delete_branch("empty").await.unwrap();
    world.kubernetes.delete(&application_key("argocd", "app-dev")).unwrap();
    world.kubernetes.apply(before).unwrap();
    let names = [
        (world.server.url().to_owned(), "SERVER"),
        (world.server.address().to_string(), "ADDRESS"),
        (world.main.to_string(), "MAIN"),
        (empty, "EMPTY"),
    ];
    let text = ended.json()["status"]["state"]["contract"]["answers"].to_string();
    let text = names.iter().fold(text, |text, (own, name)| text.replace(own, name));
    let mut answers: Vec<Value> = serde_json::from_str(&text).unwrap();
    answers.iter_mut().for_each(forget_versions);
    answers
}

/// What servers write anew for every object and every answer.
fn forget_versions(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for name in ["resourceVersion", "uid", "creationTimestamp", "generation", "managedFields"] {
                members.remove(name);
            }
            members.values_mut().for_each(forget_versions);
        }
        Value::Array(items) => {
            items.retain(|item| item[0] != "date");
            items.iter_mut().for_each(forget_versions);
        }
        _ => {}
    }
}

#[tokio::test]
async fn every_call_is_answered_alike_in_process_and_over_a_socket() {
    let world = world().await;
    let here = answers(&world, "process").await;
    let there = answers(&world, "worker").await;
    let expected: Vec<Value> = serde_json::from_str(include_str!("answers.json")).unwrap();
    for ((call, answer), expected) in calls().as_array().unwrap().iter().zip(&here).zip(&expected) {
        assert_eq!(answer, expected, "{call}");
    }
    assert_eq!(here.len(), expected.len());
    assert_eq!(here, there);
}
