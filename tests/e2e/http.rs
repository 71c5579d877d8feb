//! Secrets in requests: they reach the server that is named, and nobody else.

use std::time::Duration;

use serde_json::json;
use windlass_testkit::routes::{Route, Routes};
use windlass_testkit::{Server, ServerConfig};
use windlass_tests::{Options, World};

const SECRET: &str = "
---
apiVersion: v1
kind: Secret
metadata: { name: door, namespace: demo, labels: { kargo.akuity.io/cred-type: generic } }
stringData: { key: 'hunter2/hunter2' }
";

fn route(method: &str, path: &str, status: u16, headers: &[(&str, &str)], body: &str) -> Route {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let (method, path) = (method.to_owned(), path.to_owned());
    Route { method, path, status, headers, body: body.to_owned().into(), delay: Duration::ZERO }
}

/// A server with these answers.
async fn server(answers: Vec<Route>) -> (Server, Routes) {
    let routes = Routes::default();
    routes.set(answers);
    let config = ServerConfig { routes: Some(routes.clone()), ..ServerConfig::default() };
    (Server::start(config).await.unwrap(), routes)
}

/// A world whose promotions have these steps, and a secret.
async fn world(steps: String) -> World {
    let world = World::with(Options { steps, ..Options::default() }).await;
    let manifests = std::fs::read_to_string(world.path("manifests/all.yaml")).unwrap();
    world.write("manifests/all.yaml", &format!("{manifests}{SECRET}"));
    world
}

fn has(request: &windlass_testkit::routes::RoutedRequest, name: &str, value: &str) -> bool {
    request.headers.contains(&(name.to_owned(), value.to_owned()))
}

#[tokio::test]
async fn secrets_reach_the_server_that_is_named_and_no_other() {
    let (elsewhere, asked) = server(vec![route("GET", "/hop", 200, &[], "{}")]).await;
    let to = format!("{}/hop", elsewhere.url());
    let json = [("Content-Type", "application/json")];
    let (named, routes) = server(vec![
        route("POST", "/x", 200, &json, r#"{"echo":"hunter2/hunter2","length":15}"#),
        route("GET", "/away", 302, &[("Location", &to)], ""),
        route("POST", "/away", 307, &[("Location", &to)], ""),
    ])
    .await;
    let key = "${{ secret('door').key }}";
    let header = format!("headers: [{{ name: X-Key, value: \"Key {key}\" }}]");
    let url = named.url();
    let world = world(format!(
        "
- uses: http
  as: ask
  config:
    method: POST
    url: {url}/x?key={key}
    {header}
    queryParams: [{{ name: again, value: \"{key}\" }}]
    body: \"key={key}\"
    successExpression: response.body.echo == \"{key}\" and response.body.echo startsWith 'hunter'
    failureExpression: response.body.echo != \"{key}\"
    outputs:
      - {{ name: length, fromExpression: response.body.length }}
      - {{ name: echo, fromExpression: response.body.echo }}
- uses: http
  config: {{ url: '{url}/away', {header} }}
- uses: http
  as: body
  config: {{ method: POST, url: '{url}/away', body: \"{key}\" }}
"
    ))
    .await;
    let ended = world.promote("dev").args(["-o", "json"]).run().await.expect(1);
    assert!(!ended.stdout.contains("hunter2") && !ended.stderr.contains("hunter2"), "{}", ended.stdout);
    let promotion = ended.json();
    let output = json!({ "length": 15, "echo": "[redacted]" });
    assert_eq!(promotion["status"]["state"]["ask"], output, "{promotion:#}");
    let seen = routes.requests();
    assert_eq!(seen[0].query, "again=hunter2%2Fhunter2&key=hunter2%2Fhunter2");
    assert!(has(&seen[0], "x-key", "Key hunter2/hunter2"), "{:?}", seen[0]);
    assert_eq!(seen[0].body, "key=hunter2/hunter2");
    assert!(has(&seen[1], "x-key", "Key hunter2/hunter2"), "{:?}", seen[1]);
    // The redirect was followed, without the secret; and not at all where it is the body.
    let followed = asked.requests();
    assert_eq!(followed.len(), 1);
    assert!(!followed[0].headers.iter().any(|(name, _)| name == "x-key"), "{followed:?}");
    assert!(has(&followed[0], "referer", &format!("{url}/")), "{followed:?}");
    let message = promotion["status"]["stepExecutionMetadata"][2]["message"].as_str().unwrap();
    assert!(message.contains("with a secret in its body"), "{message}");
}

#[tokio::test]
async fn messages_show_no_secret() {
    let key = "${{ secret('door').key }}";
    for config in [
        format!("{{ url: \"http://127.0.0.1:1/{key}?{key}\" }}"),
        format!("{{ url: \"http://[{key}\" }}"),
        format!("{{ url: \"http://127.0.0.1:1/\", headers: [{{ name: \"a b {key}\", value: x }}] }}"),
        format!("{{ url: \"http://127.0.0.1:1/\", proxy: \"http://user:{key}@127.0.0.1:1\" }}"),
        format!("{{ url: \"http://127.0.0.1:1/\", timeout: \"1s{key}\" }}"),
    ] {
        let world = world(format!("- uses: http\n  config: {config}\n")).await;
        let ended = world.promote("dev").args(["-o", "json"]).run().await.expect(1);
        assert!(!ended.stdout.contains("hunter2") && !ended.stderr.contains("hunter2"), "{}", ended.stdout);
    }
}
