//! The calls of a core module, as JSON through `windlass:step/call`.

use serde_json::{Value, json};
use windlass_testkit::gate::CannedResponse;
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
        call("http.brew", json!({})),
        call("http.send", json!({ "method": "GET" })),
        call("log.write", json!({ "level": "info", "message": "x", "colour": "red" })),
    ])
}

/// The answers in a world, with its own names taken out of them.
async fn answers(isolation: &str) -> Vec<Value> {
    let steps = "
- uses: contract
  as: contract
  config:
    url: URL
    repository: REPO
    apps: [{ name: app-dev }]
    calls: CALLS
";
    let world = World::with(Options { steps: steps.to_owned(), ..Options::default() }).await;
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
    let run = world.promote("dev").args([
        "-o",
        "json",
        "--isolation",
        isolation,
        "--clock",
        "2026-03-04T05:06:07Z",
    ]);
    let ended = run.steps(&test_guests().join("steps")).run().await.expect(0);
    assert!(ended.stderr.contains("contract: said by the guest"), "{}", ended.stderr);
    let promotion = ended.json();
    let text = promotion["status"]["state"]["contract"]["answers"].to_string();
    let text =
        text.replace(world.server.url(), "SERVER").replace(&world.server.address().to_string(), "ADDRESS");
    let main = world.main.to_string();
    serde_json::from_str(&text.replace(&main, "MAIN")).unwrap()
}

#[tokio::test]
async fn every_call_is_answered_alike_in_process_and_over_a_socket() {
    let here = answers("process").await;
    let there = answers("worker").await;
    assert_eq!(here.len(), calls().as_array().unwrap().len());
    println!("{here:#?}");
    assert_eq!(here, there);
}
