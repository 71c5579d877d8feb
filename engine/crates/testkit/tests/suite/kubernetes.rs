//! The Kubernetes API: objects and their versions.

use std::sync::Arc;

use http::Method;
use serde_json::{Value, json};
use windlass_model::call::ErrorKind;
use windlass_model::call::objects::Key;
use windlass_model::manifest::secret::SecretValue;
use windlass_ports::clock::FakeClock;
use windlass_testkit::kubernetes::{KubernetesApi, KubernetesConfig, Resource};
use windlass_testkit::{Fault, FaultRule, Server, ServerConfig};

use crate::client::{Answer, Client, clock};

pub(crate) struct Fixture {
    pub(crate) api: KubernetesApi,
    pub(crate) client: Client,
    pub(crate) clock: Arc<FakeClock>,
    pub(crate) server: Server,
}

/// An API whose Applications nobody looks after.
pub(crate) async fn start(change: impl FnOnce(&mut KubernetesConfig)) -> Fixture {
    let clock = clock();
    let mut config = KubernetesConfig { sync_takes: None, ..KubernetesConfig::open(clock.clone()) };
    change(&mut config);
    let api = KubernetesApi::new(config);
    let config = ServerConfig { kubernetes: Some(api.clone()), ..ServerConfig::default() };
    let server = Server::start(config).await.unwrap();
    let client = Client::new(server.url(), &clock);
    Fixture { api, client, clock, server }
}

pub(crate) const APPS: &str = "/apis/argoproj.io/v1alpha1/namespaces/argocd/applications";

pub(crate) fn app(name: &str, labels: Value) -> Value {
    json!({
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": name, "namespace": "argocd", "labels": labels},
        "spec": {"project": "default"},
    })
}

fn facts(answer: &Answer) -> (u16, String, String) {
    let status = answer.json();
    assert_eq!((&status["kind"], &status["status"]), (&json!("Status"), &json!("Failure")), "{status}");
    assert_eq!(status["code"], answer.status.as_u16());
    let text = |name: &str| status[name].as_str().unwrap().to_owned();
    (answer.status.as_u16(), text("reason"), text("message"))
}

#[tokio::test]
async fn an_object_is_made_read_replaced_patched_and_removed() {
    let f = start(|_| {}).await;
    let made = f.client.json(Method::POST, APPS, &app("shop", json!({"team": "a"}))).await;
    assert_eq!(made.status, 201);
    let made = made.json();
    let metadata = &made["metadata"];
    assert_eq!((&metadata["resourceVersion"], &metadata["generation"]), (&json!("1"), &json!(1)));
    assert_eq!(metadata["creationTimestamp"], "2026-03-01T00:00:00Z");
    let target = format!("{APPS}/shop");
    assert_eq!(f.client.get(&target).await.json(), made);

    let patch = json!({"metadata": {"labels": {"team": null, "x": "y"}}, "status": {"health": {"status": "Healthy"}}});
    let patched = f.client.json(Method::PATCH, &target, &patch).await.json();
    assert_eq!(patched["metadata"]["labels"], json!({"x": "y"}));
    assert_eq!(patched["status"], json!({"health": {"status": "Healthy"}}));
    assert_eq!(
        (&patched["metadata"]["resourceVersion"], &patched["metadata"]["generation"]),
        (&json!("2"), &json!(2))
    );
    assert_eq!(patched["metadata"]["uid"], made["metadata"]["uid"]);
    let again = f.client.json(Method::PATCH, &target, &patch).await.json();
    assert_eq!(again, patched, "what changes nothing makes no version");
    let labelled =
        f.client.json(Method::PATCH, &target, &json!({"metadata": {"labels": {"z": "1"}}})).await.json();
    assert_eq!(
        (&labelled["metadata"]["resourceVersion"], &labelled["metadata"]["generation"]),
        (&json!("3"), &json!(2))
    );

    let mut replacement = app("shop", json!({}));
    replacement["spec"]["project"] = json!("other");
    let replaced = f.client.json(Method::PUT, &target, &replacement).await.json();
    assert_eq!(replaced["spec"], json!({"project": "other"}));
    assert_eq!(replaced.get("status"), None);
    let removed = f.client.json(Method::DELETE, &target, &json!({})).await;
    assert_eq!((removed.status.as_u16(), removed.json()["status"].clone()), (200, json!("Success")));
    assert_eq!(
        facts(&f.client.get(&target).await),
        (404, "NotFound".to_owned(), "applications.argoproj.io \"shop\" not found".to_owned())
    );
}

#[tokio::test]
async fn stale_writes_conflict() {
    let f = start(|_| {}).await;
    let made = f.client.json(Method::POST, APPS, &app("shop", json!({}))).await.json();
    let target = format!("{APPS}/shop");
    f.client.json(Method::PATCH, &target, &json!({"spec": {"a": 1}})).await;
    let conflict = "Operation cannot be fulfilled on applications.argoproj.io \"shop\": the object has been modified; \
                    please apply your changes to the latest version and try again";
    let stale = json!({"metadata": {"resourceVersion": "1"}, "spec": {"b": 1}});
    let refused = f.client.json(Method::PATCH, &target, &stale).await;
    assert_eq!(facts(&refused), (409, "Conflict".to_owned(), conflict.to_owned()));
    let refused = f.client.json(Method::PUT, &target, &made).await;
    assert_eq!(facts(&refused), (409, "Conflict".to_owned(), conflict.to_owned()));
    let fresh = json!({"metadata": {"resourceVersion": "2"}, "spec": {"b": 1}});
    let patched = f.client.json(Method::PATCH, &target, &fresh).await.json();
    assert_eq!((&patched["spec"]["a"], &patched["spec"]["b"]), (&json!(1), &json!(1)));
    assert_eq!(patched["metadata"]["resourceVersion"], "3");
    let refused = f.client.json(Method::POST, APPS, &app("shop", json!({}))).await;
    assert_eq!(facts(&refused).1, "AlreadyExists");
}

#[tokio::test]
async fn bad_requests_are_told_apart() {
    let f = start(|_| {}).await;
    f.client.json(Method::POST, APPS, &app("shop", json!({}))).await;
    let target = format!("{APPS}/shop");
    let post = async |document: Value| facts(&f.client.json(Method::POST, APPS, &document).await);
    assert_eq!(post(app("Shop", json!({}))).await.1, "Invalid");
    assert_eq!(post(app("", json!({}))).await.0, 422);
    assert_eq!(post(json!([])).await.1, "BadRequest");
    assert_eq!(post(json!({"metadata": {"name": "x", "namespace": "other"}})).await.0, 400);
    assert_eq!(post(json!({"kind": "Secret", "metadata": {"name": "x"}})).await.0, 400);
    assert_eq!(post(json!({"metadata": {"name": "x", "resourceVersion": "1"}})).await.0, 400);
    let patch = async |patch: Value| facts(&f.client.json(Method::PATCH, &target, &patch).await);
    assert_eq!(patch(json!("x")).await.0, 400);
    assert_eq!(patch(json!({"metadata": {"name": "other"}})).await.0, 400);
    assert_eq!(patch(json!({"kind": "Secret"})).await.0, 400);
    assert_eq!(patch(json!({"metadata": null})).await.0, 400);
    let typed = [("content-type", "application/json-patch+json")];
    let refused = f.client.send(Method::PATCH, &target, &typed, b"[]").await.unwrap();
    assert_eq!(facts(&refused).1, "UnsupportedMediaType");
    let refused = f.client.send(Method::POST, APPS, &[], b"{").await.unwrap();
    assert_eq!(facts(&refused).0, 400);
    let refused = f.client.json(Method::POST, &format!("{APPS}?dryRun=All"), &app("x", json!({}))).await;
    assert_eq!(facts(&refused).0, 400);
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let refused = f.client.send(Method::POST, APPS, &[], deep.as_bytes()).await.unwrap();
    assert_eq!(facts(&refused).0, 400);
    for (method, target, code) in [
        (Method::GET, "/apis/argoproj.io/v1/applications", 404),
        (Method::GET, "/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/shop/status", 404),
        (Method::GET, "/api/v1/namespaces/a/pods", 404),
        (Method::DELETE, APPS, 405),
        (Method::POST, "/apis/argoproj.io/v1alpha1/applications", 405),
    ] {
        let refused = f.client.json(method, target, &app("x", json!({}))).await;
        assert_eq!(facts(&refused).0, code, "{target}");
    }
}

#[tokio::test]
async fn lists_are_selected_and_paged() {
    let f = start(|_| {}).await;
    for (name, labels) in [("c", json!({"t": "1"})), ("a", json!({"t": "1"})), ("b", json!({"t": "2"}))] {
        f.client.json(Method::POST, APPS, &app(name, labels)).await;
    }
    let mut elsewhere = app("a", json!({"t": "1"}));
    elsewhere["metadata"]["namespace"] = json!("other");
    f.api.apply(elsewhere).unwrap();
    let names = |list: &Value| -> Vec<String> {
        let text = |item: &Value, field: &str| item["metadata"][field].as_str().unwrap().to_owned();
        let items = list["items"].as_array().unwrap().iter();
        items.map(|item| format!("{}/{}", text(item, "namespace"), text(item, "name"))).collect()
    };
    let list = async |target: String| f.client.get(&target).await.json();
    let all = list("/apis/argoproj.io/v1alpha1/applications".to_owned()).await;
    assert_eq!(names(&all), ["argocd/a", "argocd/b", "argocd/c", "other/a"]);
    assert_eq!(
        (&all["kind"], &all["metadata"]),
        (&json!("ApplicationList"), &json!({"resourceVersion": "4"}))
    );
    assert_eq!(names(&list(format!("{APPS}?labelSelector=t%3D1")).await), ["argocd/a", "argocd/c"]);
    assert_eq!(names(&list(format!("{APPS}?labelSelector=t+in+(2,3)")).await), ["argocd/b"]);
    assert_eq!(names(&list(format!("{APPS}?fieldSelector=metadata.name%3Dc")).await), ["argocd/c"]);
    assert_eq!(facts(&f.client.get(&format!("{APPS}?labelSelector=a+b")).await).0, 400);
    assert_eq!(facts(&f.client.get(&format!("{APPS}?fieldSelector=spec.x%3D1")).await).0, 400);

    let first = list(format!("{APPS}?limit=2")).await;
    assert_eq!(names(&first), ["argocd/a", "argocd/b"]);
    assert_eq!(first["metadata"]["remainingItemCount"], 1);
    let resume = first["metadata"]["continue"].as_str().unwrap();
    let second = list(format!("{APPS}?limit=2&continue={resume}")).await;
    assert_eq!((names(&second), second["metadata"].get("continue")), (vec!["argocd/c".to_owned()], None));
    assert_eq!(facts(&f.client.get(&format!("{APPS}?continue=nonsense")).await).0, 400);
}

#[tokio::test]
async fn secrets_are_kept_encoded_and_tokens_asked_for() {
    let f = start(|config| config.token = Some(SecretValue::new("t0ken"))).await;
    let target = "/api/v1/namespaces/n/secrets";
    assert_eq!(
        facts(&f.client.get(target).await),
        (401, "Unauthorized".to_owned(), "Unauthorized".to_owned())
    );
    let mut client = f.client;
    client.authorization = Some("Bearer t0ken".to_owned());
    let secret = json!({"metadata": {"name": "s"}, "stringData": {"a": "b"}, "data": {"c": "ZA=="}});
    let made = client.json(Method::POST, target, &secret).await.json();
    assert_eq!((&made["data"], made.get("stringData")), (&json!({"a": "Yg==", "c": "ZA=="}), None));
    assert_eq!((&made["apiVersion"], &made["kind"]), (&json!("v1"), &json!("Secret")));
}

#[tokio::test]
async fn clients_find_out_what_there_is() {
    let rollout = Resource::new("argoproj.io", "v1alpha1", "Rollout", "rollouts");
    let f = start(|config| config.resources.push(rollout)).await;
    assert_eq!(f.client.get("/api").await.json()["versions"], json!(["v1"]));
    let groups = f.client.get("/apis").await.json();
    assert_eq!(groups["groups"][0]["preferredVersion"]["groupVersion"], "argoproj.io/v1alpha1");
    let kinds = f.client.get("/apis/argoproj.io/v1alpha1").await.json();
    let kinds: Vec<&str> =
        kinds["resources"].as_array().unwrap().iter().map(|kind| kind["name"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["applications", "appprojects", "rollouts"]);
    assert_eq!(f.client.get("/apis/example.com").await.status, 404);
}

#[tokio::test]
async fn a_write_can_take_place_without_an_answer() {
    let f = start(|_| {}).await;
    f.client.json(Method::POST, APPS, &app("shop", json!({}))).await;
    let key = Key {
        api_version: "argoproj.io/v1alpha1".to_owned(),
        kind: "Application".to_owned(),
        namespace: "argocd".to_owned(),
        name: "shop".to_owned(),
    };
    f.api.gate().add_fault(FaultRule::once("PATCH", Fault::HangAnswer));
    let target = format!("{APPS}/shop");
    let typed = [("content-type", "application/merge-patch+json")];
    let hanging = f.client.send(Method::PATCH, &target, &typed, br#"{"spec":{"x":1}}"#);
    let patched = async {
        let object = f.api.wait_for(&key, |object| object.is_some_and(|o| o["spec"]["x"] == 1)).await;
        f.client.scope.cancel.cancel();
        object.unwrap()
    };
    let (answer, object) = tokio::join!(hanging, patched);
    assert_eq!(answer.unwrap_err().kind, ErrorKind::Cancelled);
    assert_eq!(object["metadata"]["resourceVersion"], "2");
}
