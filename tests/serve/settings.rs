//! What a server is set to by a file, the environment and options, and what it tells.

use std::path::Path;

use serde_json::{Value, json};
use windlass_testkit::routes::Route;
use windlass_testkit::{Routes, Server, ServerConfig};
use windlass_tests::{Served, Windlass};

use super::{apply, ended, freight, project, promote, request, stage, warehouse};

fn serve(dir: &Path, settings: &str) -> Windlass {
    let file = dir.join("windlass.yaml");
    std::fs::write(&file, settings).unwrap();
    Windlass::new(["serve", "--config"]).arg(file)
}

#[tokio::test]
async fn a_file_sets_what_nobody_else_does() {
    let dir = tempfile::tempdir().unwrap();
    let (of_file, of_environment, of_option) =
        (dir.path().join("file"), dir.path().join("environment"), dir.path().join("option"));
    let settings = format!(
        "# Everything on one machine.\ndev: true\nlisten: 127.0.0.1:0\ndata: {}\ngrant: [addresses=10.0.0.0/8, git=https://git.example/]\n",
        of_file.display()
    );
    Served::start(serve(dir.path(), &settings)).await.stop().await.expect(0);
    assert!(of_file.join("windlass.db").exists());
    let by_environment = serve(dir.path(), &settings).env("WINDLASS_DATA", &of_environment);
    Served::start(by_environment).await.stop().await.expect(0);
    assert!(of_environment.join("windlass.db").exists());
    let both = serve(dir.path(), &settings)
        .env("WINDLASS_DATA", dir.path().join("no"))
        .arg("--data")
        .arg(&of_option);
    Served::start(both).await.stop().await.expect(0);
    assert!(of_option.join("windlass.db").exists() && !dir.path().join("no").exists());
}

#[tokio::test]
async fn the_environment_sets_what_options_do() {
    let dir = tempfile::tempdir().unwrap();
    let serve = |dev: &str| {
        let serve = Windlass::new(["serve"]).env("WINDLASS_DEV", dev).env("WINDLASS_LISTEN", "127.0.0.1:0");
        serve.env("WINDLASS_DATA", dir.path().join("data")).env("WINDLASS_LOG_FORMAT", "json")
    };
    for dev in ["1", "true", "yes"] {
        let log = Served::start(serve(dev)).await.stop().await.expect(0).stderr;
        assert!(log.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "{log}");
    }
    for (dev, says) in [("0", "nobody could log in"), ("perhaps", "invalid value 'perhaps'")] {
        let ended = serve(dev).run().await.expect(2);
        assert!(ended.stderr.contains(says), "{}", ended.stderr);
    }
}

#[tokio::test]
async fn a_file_that_is_wrong_starts_nothing() {
    let dir = tempfile::tempdir().unwrap();
    for (settings, says) in [
        ("dev: true\nlissen: 127.0.0.1:0\n", "\"lissen\" is no setting"),
        ("dev: true\nlissen: 127.0.0.1:0\n", "did you mean listen?"),
        ("dev: perhaps\n", "dev: \"perhaps\" is neither true nor false"),
        ("dev: true\nlisten: nowhere\n", "invalid value 'nowhere' for '--listen <ADDR>'"),
        ("dev: true\nlisten: { port: 1 }\n", "listen: it has to be a text or a list of texts"),
        ("- dev\n", "it has to hold settings"),
        ("dev: [\n", "windlass.yaml: "),
        ("dev: true\nlisten: 0.0.0.0:0\n", "is no address of loopback"),
        ("config: other.yaml\n", "\"config\" is no setting"),
    ] {
        let ended = serve(dir.path(), settings).run().await.expect(2);
        assert!(ended.stderr.contains(says), "{settings}: {}", ended.stderr);
    }
    let missing = Windlass::new(["serve", "--config", "/nowhere/windlass.yaml"]).run().await.expect(2);
    assert!(missing.stderr.contains("/nowhere/windlass.yaml"), "{}", missing.stderr);
}

#[tokio::test]
async fn what_happens_is_logged_and_counted() {
    let dir = tempfile::tempdir().unwrap();
    let settings = "{ dev: true, listen: '127.0.0.1:0', log-format: json, log-level: debug }";
    let served = Served::start(serve(dir.path(), settings).arg("--data").arg(dir.path().join("data"))).await;
    let mut dev = stage("dev", &json!([request("app", &json!({ "direct": true }))]));
    dev["spec"]["vars"] = json!([{ "name": "token", "value": "${{ secret('keys').token }}" }]);
    dev["spec"]["promotionTemplate"]["spec"]["steps"] =
        json!([{ "uses": "fail", "config": { "message": "no: ${{ vars.token }}" } }]);
    let secret = json!({
        "apiVersion": "v1", "kind": "Secret", "stringData": { "token": "a-secret-value" },
        "metadata": { "name": "keys", "namespace": "demo" },
    });
    apply(&served, &[project(), warehouse("app"), secret, dev, freight("app", "one", 1)]).await;
    let name = promote(&served, "dev", "one").await;
    assert_eq!(ended(&served, &name).await["status"]["phase"], "Failed");
    served
        .until("/v1beta1/projects/demo/stages/dev", |stage| stage["status"]["lastPromotion"].is_object())
        .await;
    let metrics = served.request("GET", "/metrics", "").await.text;
    let counted =
        "windlass_promotion_duration_seconds_count{project=\"demo\",stage=\"dev\",phase=\"Failed\"} 1\n";
    assert!(metrics.contains(counted), "{metrics}");
    assert!(metrics.contains("windlass_ready{part=\"project demo\"} 1\n"), "{metrics}");
    assert!(
        metrics.contains("windlass_http_request_duration_seconds_count{path=\"/v1beta1/resources\""),
        "{metrics}"
    );
    let log = served.stop().await.expect(0).stderr;
    assert!(!log.contains("a-secret-value"), "{log}");
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let line = |message: &str| lines.iter().find(|line| line["message"] == message).expect(message).clone();
    let made = line("a promotion has been made");
    assert_eq!(
        (&made["promotion"], &made["stage"], &made["actor"]),
        (&json!(name), &json!("dev"), &json!("admin"))
    );
    let over = line("the promotion has ended");
    assert_eq!(
        (&over["promotion"], &over["phase"], &over["level"]),
        (&json!(name), &json!("Failed"), &json!("INFO"))
    );
    assert_eq!(line("answered")["level"], "DEBUG");
}

#[tokio::test]
async fn traces_are_told_to_a_collector() {
    let collector = Routes::default();
    let config = ServerConfig { routes: Some(collector.clone()), ..ServerConfig::default() };
    let server = Server::start(config).await.unwrap();
    let taken = Route {
        method: "POST".to_owned(),
        path: "/v1/traces".to_owned(),
        status: 200,
        headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
        body: "{}".into(),
        delay: std::time::Duration::ZERO,
    };
    collector.set(vec![taken]);
    let dir = tempfile::tempdir().unwrap();
    let serve = Windlass::new(["serve", "--dev", "--listen", "127.0.0.1:0", "--data"]).arg(dir.path());
    let served = Served::start(serve.env("OTEL_EXPORTER_OTLP_ENDPOINT", server.url())).await;
    let direct = json!([request("app", &json!({ "direct": true }))]);
    apply(&served, &[project(), warehouse("app"), stage("dev", &direct), freight("app", "one", 1)]).await;
    let name = promote(&served, "dev", "one").await;
    ended(&served, &name).await;
    let log = served.stop().await.expect(0).stderr;
    assert!(!log.contains("promotion{"), "spans are not in lines: {log}");
    let mut spans = Vec::new();
    for request in collector.requests() {
        let told: Value = serde_json::from_slice(&request.body).unwrap();
        let resource = &told["resourceSpans"][0];
        assert_eq!(resource["resource"]["attributes"][0]["value"]["stringValue"], "windlass");
        for scope in resource["scopeSpans"].as_array().unwrap() {
            spans.extend(scope["spans"].as_array().unwrap().clone());
        }
    }
    let find = |name: &str| spans.iter().find(|span| span["name"] == name).expect(name);
    let attribute = |span: &Value, key: &str| {
        let all = span["attributes"].as_array().unwrap();
        all.iter().find(|one| one["key"] == key).map(|one| one["value"]["stringValue"].clone())
    };
    let promotion = find("promotion");
    assert_eq!(attribute(promotion, "promotion"), Some(json!(name)));
    let step = find("step");
    assert_eq!(attribute(step, "uses"), Some(json!("compose-output")));
    assert_eq!((&step["parentSpanId"], &step["traceId"]), (&promotion["spanId"], &promotion["traceId"]));
    assert!(find("request")["attributes"].to_string().contains("/v1beta1/resources"));
    find("discovery");
}

#[tokio::test]
async fn a_collector_that_is_not_there_holds_nobody_up() {
    let dir = tempfile::tempdir().unwrap();
    let serve = Windlass::new(["serve", "--dev", "--listen", "127.0.0.1:0", "--data"]).arg(dir.path());
    let served = Served::start(serve.args(["--otlp-endpoint", "http://127.0.0.1:1"])).await;
    apply(&served, &[project(), warehouse("app")]).await;
    served.stop().await.expect(0);
    let wrong = Windlass::new(["serve", "--dev", "--otlp-endpoint", "nowhere"]).run().await.expect(2);
    assert!(wrong.stderr.contains("invalid value 'nowhere' for '--otlp-endpoint <URL>'"), "{}", wrong.stderr);
}

#[tokio::test]
async fn whoever_does_not_read_the_lines_holds_nobody_up() {
    let dir = tempfile::tempdir().unwrap();
    let serve = Windlass::new(["serve", "--dev", "--listen", "127.0.0.1:0", "--data"]).arg(dir.path());
    // Nobody reads them until the end, and a pipe has room for some hundred.
    let served = Served::start(serve.args(["--log-level", "debug"])).await;
    for _ in 0..1_500 {
        assert_eq!(served.request("GET", "/healthz", "").await.status, 200);
    }
    let log = served.stop().await.expect(0).stderr;
    assert!(log.matches("answered").count() >= 1_500, "{} lines", log.lines().count());
}
