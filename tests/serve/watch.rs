//! Streams of changes: everything once, in order, in the form of Kargo's API.

use serde_json::{Value, json};

use super::{STAGES, apply, project, request, serve, stage, warehouse};

#[tokio::test]
async fn what_is_there_comes_first_and_then_every_change() {
    let dir = tempfile::tempdir().unwrap();
    let served = serve(dir.path()).await;
    let direct = json!([request("app", &json!({ "direct": true }))]);
    apply(&served, &[project(), warehouse("app"), stage("dev", &direct)]).await;
    let mut changes = served.watch(STAGES).await;
    let first = changes.next().await;
    assert_eq!((&first["type"], &first["object"]["metadata"]["name"]), (&json!("ADDED"), &json!("dev")));
    assert_eq!((&first["object"]["kind"], &first["object"]["apiVersion"]), (&Value::Null, &Value::Null));
    apply(&served, &[stage("uat", &direct)]).await;
    loop {
        let next = changes.next().await;
        if next["object"]["metadata"]["name"] == "uat" {
            assert_eq!(next["type"], "ADDED");
            break;
        }
    }
    let _ = served.request("DELETE", &format!("{STAGES}/dev"), "").await.expect(204);
    loop {
        let next = changes.next().await;
        if next["type"] == "DELETED" {
            assert_eq!(next["object"]["metadata"]["name"], "dev");
            break;
        }
    }
}

#[tokio::test]
async fn a_watch_goes_on_after_a_version() {
    let dir = tempfile::tempdir().unwrap();
    let served = serve(dir.path()).await;
    apply(&served, &[project(), warehouse("app")]).await;
    let listed = served.get(STAGES).await;
    let version = listed["metadata"]["resourceVersion"].as_str().unwrap().to_owned();
    assert_eq!(listed["items"], json!([]));
    apply(&served, &[stage("dev", &json!([request("app", &json!({ "direct": true }))]))]).await;
    let mut changes = served.watch(&format!("{STAGES}?resourceVersion={version}")).await;
    assert_eq!(changes.next().await["object"]["metadata"]["name"], "dev");
    served.kill().await;
    // Another process does not know what changed before it.
    let served = serve(dir.path()).await;
    let mut changes = served.watch(&format!("{STAGES}?resourceVersion=1")).await;
    let error = changes.next().await;
    assert_eq!(error["code"], "out_of_range");
    assert!(error["message"].as_str().unwrap().starts_with("watch resource version expired: "), "{error}");
}

#[tokio::test]
async fn paths_that_are_none_are_told_as_kargo_tells_them() {
    let dir = tempfile::tempdir().unwrap();
    let served = serve(dir.path()).await;
    let unknown = served.request("GET", "/v1beta1/nothing", "").await;
    assert_eq!((unknown.status, unknown.text.as_str()), (404, "404 page not found"));
    let wrong_method = served.request("POST", "/v1beta1/projects", "").await;
    assert_eq!((wrong_method.status, wrong_method.text.as_str()), (404, "404 page not found"));
    let slash = served.request("GET", "/v1beta1/projects/", "").await;
    assert_eq!(slash.status, 301);
    assert!(slash.head.contains("location: /v1beta1/projects\r\n"), "{}", slash.head);
    let absent = served.request("GET", "/v1beta1/projects/nope/stages", "").await;
    let error = json!({ "error": "Project.kargo.akuity.io \"nope\" not found" });
    assert_eq!((absent.status, absent.json()), (404, error));
    assert_eq!(served.get("/v1beta1/projects").await, json!({ "items": [], "total": 0 }));
    assert_eq!(served.request("GET", "/readyz", "").await.status, 200);
}
