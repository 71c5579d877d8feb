//! What may be written, and what is said against the rest. Nothing of what is refused is stored.

use serde_json::{Value, json};

use super::{STAGES, apply, freight, project, request, serve, stage, warehouse};

#[tokio::test]
async fn each_document_is_answered_by_itself() {
    let dir = tempfile::tempdir().unwrap();
    let served = serve(dir.path()).await;
    let mut wrong = stage("wrong", &json!([request("app", &json!({ "direct": true }))]));
    wrong["spec"]["requestedFreight"][0]["sources"]["requiredSoakTime"] = json!("1d");
    let documents = [
        stage("early", &json!([request("app", &json!({ "direct": true }))])),
        wrong,
        warehouse("app"),
        project(),
    ];
    let text = documents.iter().map(Value::to_string).collect::<Vec<_>>().join("\n---\n");
    let answer = served.request("PUT", "/v1beta1/resources?upsert=true", &text).await.expect(200);
    let results = answer["results"].as_array().unwrap();
    // The project goes first, wherever it stands.
    assert_eq!(results[0]["createdResourceManifest"]["kind"], "Project");
    assert_eq!(results[1]["createdResourceManifest"]["metadata"]["name"], "early");
    let error = results[2]["error"].as_str().unwrap();
    let expected = "update resource: Stage.kargo.akuity.io \"wrong\" is invalid: \
                    spec.requestedFreight[0].sources.requiredSoakTime: time: unknown unit \"d\" in duration \"1d\" (line 3, ";
    assert!(error.starts_with(expected), "{error}");
    let made = &results[3]["createdResourceManifest"]["spec"];
    assert_eq!(made["interval"], "5m0s");
    let git = json!({
        "repoURL": "https://git.example/app.git", "commitSelectionStrategy": "NewestFromBranch", "discoveryLimit": 20,
        "strictSemvers": true,
    });
    assert_eq!(made["subscriptions"][0]["git"], git);
    assert_eq!(served.request("GET", &format!("{STAGES}/wrong"), "").await.status, 404);
}

#[tokio::test]
async fn what_is_refused_says_where_and_why() {
    let dir = tempfile::tempdir().unwrap();
    let served = serve(dir.path()).await;
    apply(&served, &[project(), warehouse("app"), freight("app", "one", 1)]).await;
    let mut foreign = freight("app", "two", 2);
    foreign["commits"][0]["repoURL"] = json!("https://git.example/other.git");
    let mut elsewhere = warehouse("app");
    elsewhere["metadata"]["namespace"] = json!("nowhere");
    let secret = json!({
        "apiVersion": "v1", "kind": "Secret", "stringData": { "password": "hunter2" },
        "metadata": { "name": "s", "namespace": "demo", "labels": { "kargo.akuity.io/cred-type": "git" } },
    });
    let deployment = json!({ "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "d" } });
    for (text, status, part) in [
        (String::new(), 400, "no resources found in request body"),
        ("kind: [".to_owned(), 400, "error decoding manifest: "),
        ("a: 1\na: 2\n".to_owned(), 400, "the key `a` stands twice"),
        (format!("a: {}", "[".repeat(5_000)), 400, "nested more than"),
        ("a: &a [1,1]\nb: &b [*a,*a]\nc: *d\n".to_owned(), 400, "(line 3, column 4)"),
        ("foo: 1".to_owned(), 400, "Object 'Kind' is missing"),
        (foreign.to_string(), 422, "no subscription of Warehouse \\\"app\\\" is to it"),
        (freight("app", "one", 3).to_string(), 422, "it is the alias of Freight"),
        (elsewhere.to_string(), 404, "namespaces \\\"nowhere\\\" not found"),
        (secret.to_string(), 422, "repoURL"),
        (deployment.to_string(), 422, "no kind \\\"Deployment\\\" of \\\"apps/v1\\\" is kept here"),
    ] {
        let refused = served.request("PUT", "/v1beta1/resources?upsert=true", &text).await;
        assert_eq!(refused.status, status, "{text}: {}", refused.text);
        assert!(refused.text.contains(part), "{text}: {}", refused.text);
        assert!(!refused.text.contains("hunter2"), "{}", refused.text);
    }
    let again = served.request("POST", "/v1beta1/resources", &warehouse("app").to_string()).await;
    let error = json!({ "error": "warehouse.kargo.akuity.io \"app\" already exists" });
    assert_eq!((again.status, again.json()), (409, error));
    let long = "a".repeat(5 << 20);
    let refused = served.request("PUT", "/v1beta1/resources", &long).await;
    let error = json!({ "error": "http: request body too large" });
    assert_eq!((refused.status, refused.json()), (400, error));
}

#[tokio::test]
async fn older_fields_mean_what_they_meant() {
    let dir = tempfile::tempdir().unwrap();
    let served = serve(dir.path()).await;
    let mut old = warehouse("old");
    old["spec"]["interval"] = json!("90m");
    old["spec"]["subscriptions"] = json!([{
        "image": { "repoURL": "nginx", "semverConstraint": "^1.24.0", "ignoreTags": ["1.24.1"], "kept": 1 }
    }]);
    let results = apply(&served, &[project(), old.clone()]).await;
    let warnings = results[1]["warnings"].to_string();
    assert!(warnings.contains("semverConstraint"), "{warnings}");
    let stored = served.get("/v1beta1/projects/demo/warehouses/old").await;
    assert_eq!(stored["spec"]["interval"], "1h30m0s");
    let image = &stored["spec"]["subscriptions"][0]["image"];
    assert_eq!((&image["constraint"], &image["semverConstraint"]), (&json!("^1.24.0"), &Value::Null));
    assert_eq!(image["ignoreTagsRegexes"], json!(["^1\\.24\\.1$"]));
    // The same again changes nothing; another specification is another generation.
    let version = |stored: &Value| stored["metadata"]["generation"].as_i64().unwrap();
    apply(&served, &[old.clone()]).await;
    let same = served.get("/v1beta1/projects/demo/warehouses/old").await;
    assert_eq!((version(&same), &same["metadata"]["uid"]), (1, &stored["metadata"]["uid"]));
    old["spec"]["interval"] = json!("91m");
    apply(&served, &[old]).await;
    let other = served.get("/v1beta1/projects/demo/warehouses/old").await;
    assert_eq!((version(&other), &other["metadata"]["uid"]), (2, &stored["metadata"]["uid"]));
}

#[tokio::test]
async fn freight_is_named_by_what_it_holds() {
    let dir = tempfile::tempdir().unwrap();
    let served = serve(dir.path()).await;
    let mut nameless = freight("app", "one", 1);
    nameless.as_object_mut().unwrap().remove("alias");
    nameless["commits"][0]["id"] = json!("1111111111111111111111111111111111111111");
    let results = apply(&served, &[project(), warehouse("app"), nameless]).await;
    let made = &results[2]["createdResourceManifest"];
    // The name that Kargo gives to the same freight.
    assert_eq!(made["metadata"]["name"], "445cfa30f548268b21ca96759df94f2e999da48a");
    let alias = made["alias"].as_str().unwrap();
    assert!(alias.contains('-'), "{alias}");
    assert_eq!(made["metadata"]["labels"]["kargo.akuity.io/alias"], alias);
    let path = format!("/v1beta1/projects/demo/freight/{alias}");
    let _ = served.request("PATCH", &format!("{path}/alias?newAlias=mine"), "").await.expect(200);
    let renamed = served.get("/v1beta1/projects/demo/freight/mine").await;
    assert_eq!(renamed["metadata"]["labels"]["kargo.akuity.io/alias"], "mine");
    assert_eq!(served.request("GET", &path, "").await.status, 404);
}

#[tokio::test]
async fn names_alone_can_be_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let served = serve(dir.path()).await;
    let direct = json!([request("app", &json!({ "direct": true }))]);
    let manifests = [project(), warehouse("app"), stage("prod", &direct), stage("dev", &direct)];
    apply(&served, &manifests).await;
    let of = async |what: &[&str]| {
        let ended = served.command(["get"]).args(what).args(["-o", "name"]).run().await;
        ended.expect(0).stdout
    };
    assert_eq!(of(&["stages"]).await, "stage.kargo.akuity.io/dev\nstage.kargo.akuity.io/prod\n");
    assert_eq!(of(&["stage", "prod"]).await, "stage.kargo.akuity.io/prod\n");
    assert_eq!(of(&["warehouses"]).await, "warehouse.kargo.akuity.io/app\n");
    assert_eq!(of(&["projects"]).await, "project.kargo.akuity.io/demo\n");
    assert_eq!(of(&["promotions"]).await, "");
    let elsewhere = served.request("GET", "/windlass/v1/projects/nowhere/stages/names", "").await;
    assert_eq!(elsewhere.status, 404, "{}", elsewhere.text);
}

#[tokio::test]
async fn what_has_no_effect_is_told_on_the_stage() {
    let dir = tempfile::tempdir().unwrap();
    let served = serve(dir.path()).await;
    let direct = json!([request("app", &json!({ "direct": true }))]);
    let mut dev = stage("dev", &direct);
    dev["spec"]["targets"] = json!({ "selectors": [{}] });
    apply(&served, &[project(), warehouse("app"), dev, stage("prod", &direct)]).await;
    let told = |stage: &Value| {
        let conditions = stage["status"]["conditions"].as_array().cloned().unwrap_or_default();
        let found = conditions.into_iter().find(|condition| condition["type"] == "NotEnforced");
        found.map(|condition| condition["message"].as_str().unwrap_or_default().to_owned())
    };
    let of = |stage: &str| format!("{STAGES}/{stage}");
    let targets = "spec.targets has no effect yet: promotions go to the Stage as a whole";
    served.until(&of("dev"), |stage| told(stage).as_deref() == Some(targets)).await;
    let window = |name: &str, selector: Value| {
        json!({
            "name": name, "kind": "Deny", "rrule": "FREQ=WEEKLY;BYDAY=SA,SU", "stageSelector": selector,
            "dtstart": "20260101T000000Z", "dtend": "20260102T000000Z",
        })
    };
    let policy = json!({
        "stage": "prod", "autoPromotionEnabled": false, "autoRollback": { "onPromotion": ["Failed"] }
    });
    let config = json!({ "spec": {
        "promotionPolicies": [policy], "promotionWindows": [window("weekends", json!({ "name": "prod" }))]
    } });
    let cluster = json!({
        "apiVersion": "kargo.akuity.io/v1alpha1", "kind": "ClusterConfig", "metadata": { "name": "cluster" },
        "spec": { "promotionWindows": [window("holidays", json!({ "name": "glob:*" }))] },
    });
    apply(&served, &[super::manifest("ProjectConfig", "demo", config), cluster]).await;
    let prod = "promotion windows have no effect yet (weekends, holidays): promotions are made at any time; \
                autoRollback has no effect yet: promote the freight that was there before";
    served.until(&of("prod"), |stage| told(stage).as_deref() == Some(prod)).await;
    let dev = format!(
        "{targets}; promotion windows have no effect yet (holidays): promotions are made at any time"
    );
    served.until(&of("dev"), |stage| told(stage).as_deref() == Some(&dev)).await;
    served.kill().await;
    // It is so for the next process as well.
    let served = serve(dir.path()).await;
    apply(&served, &[stage("uat", &direct)]).await;
    let uat = "promotion windows have no effect yet (holidays): promotions are made at any time";
    served.until(&of("uat"), |stage| told(stage).as_deref() == Some(uat)).await;
    served.kill().await;
}

#[tokio::test]
async fn a_document_that_names_its_version_does_not_undo_what_came_since() {
    let dir = tempfile::tempdir().unwrap();
    let served = serve(dir.path()).await;
    let config = |text: &str| {
        let metadata = json!({ "name": "c", "namespace": "demo" });
        json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": { "text": text } })
    };
    let made = apply(&served, &[project(), config("one")]).await;
    let first = made[1]["createdResourceManifest"].clone();
    // Without a version the last one wins.
    apply(&served, &[config("two")]).await;
    let path = "/v1beta1/resources?upsert=true";
    let refused = served.request("PUT", path, &first.to_string()).await;
    let says = "Operation cannot be fulfilled on configmaps \"c\": the object has been modified; \
                please apply your changes to the latest version and try again";
    assert_eq!((refused.status, refused.json()["error"].as_str()), (409, Some(says)));
    let mut third = apply(&served, &[config("two")]).await.remove(0)["updatedResourceManifest"].take();
    assert_eq!(third["data"]["text"], "two", "what was refused is not there");
    third["data"]["text"] = json!("three");
    apply(&served, &[third.clone()]).await;
    assert_eq!(served.request("PUT", path, &third.to_string()).await.status, 409, "it has a version since");
    // What was saved can be brought back after it was deleted.
    let _ = served.request("DELETE", "/v1beta1/resources", &config("").to_string()).await.expect(200);
    apply(&served, &[third]).await;
}
