//! Pipelines of different shapes, with freight that is made by hand.

use serde_json::{Value, json};
use windlass_tests::Served;

use super::{
    STAGES, apply, auto_promotion, ended, freight, project, promote, request, serve, stage, verified,
    warehouse, why,
};

/// The freight in a stage, by origin.
async fn current(served: &Served, stage: &str) -> Vec<String> {
    let stage = served.get(&format!("{STAGES}/{stage}")).await;
    let items = stage["status"]["freightHistory"][0]["items"].as_object().cloned().unwrap_or_default();
    items.values().map(|freight| freight["commits"][0]["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn freight_of_two_warehouses_meets_in_a_stage() {
    let dir = tempfile::tempdir().unwrap();
    let served = serve(dir.path()).await;
    let direct = json!({ "direct": true });
    let both = json!([request("app", &direct), request("config", &direct)]);
    let manifests = [
        project(),
        warehouse("app"),
        warehouse("config"),
        stage("dev", &both),
        freight("app", "app-one", 1),
        freight("config", "config-one", 2),
        freight("app", "app-two", 3),
    ];
    apply(&served, &manifests).await;
    let first = promote(&served, "dev", "app-one").await;
    assert_eq!(ended(&served, &first).await["status"]["state"]["told"]["freight"], "app-one");
    served
        .until(&format!("{STAGES}/dev"), |stage| stage["status"]["freightSummary"] == "1/2 Fulfilled")
        .await;
    let second = promote(&served, "dev", "config-one").await;
    ended(&served, &second).await;
    let third = promote(&served, "dev", "app-two").await;
    let collection = ended(&served, &third).await["status"]["freightCollection"]["items"].clone();
    assert_eq!(collection["Warehouse/app"]["commits"][0]["id"], super::commit(3));
    assert_eq!(collection["Warehouse/config"]["commits"][0]["id"], super::commit(2));
    let is_whole = |stage: &Value| stage["status"]["lastPromotion"]["name"] == third.as_str();
    served.until(&format!("{STAGES}/dev"), is_whole).await;
    assert_eq!(current(&served, "dev").await, [super::commit(3), super::commit(2)]);
}

#[tokio::test]
async fn freight_fans_out_and_in_again() {
    let dir = tempfile::tempdir().unwrap();
    let served = serve(dir.path()).await;
    let from = |stages: &[&str], strategy: &str| {
        json!([request("app", &json!({ "stages": stages, "availabilityStrategy": strategy }))])
    };
    let mut gate = stage("gate", &from(&["east", "west"], "All"));
    gate["spec"].as_object_mut().unwrap().remove("promotionTemplate");
    let manifests = [
        project(),
        warehouse("app"),
        stage("dev", &json!([request("app", &json!({ "direct": true }))])),
        stage("east", &from(&["dev"], "OneOf")),
        stage("west", &from(&["dev"], "OneOf")),
        gate,
        stage("prod", &from(&["gate"], "OneOf")),
        freight("app", "one", 1),
    ];
    apply(&served, &manifests).await;
    assert_eq!(why(&served, "east", "one").await, ["NotVerifiedUpstream"]);
    let early = json!({ "freightAlias": "one" }).to_string();
    let refused = served.request("POST", &format!("{STAGES}/east/promotions"), &early).await;
    assert_eq!(refused.status, 400, "{}", refused.text);
    ended(&served, &promote(&served, "dev", "one").await).await;
    verified(&served, "dev", "one").await;
    // Both at once, from the stage before.
    let path = format!("{STAGES}/dev/promotions/downstream");
    let made = served.request("POST", &path, &early).await.expect(201);
    let promotions = made["promotions"].as_array().unwrap();
    assert_eq!(promotions.len(), 2);
    assert_eq!(why(&served, "gate", "one").await.len(), 2, "both are missing");
    for promotion in promotions {
        ended(&served, promotion["metadata"]["name"].as_str().unwrap()).await;
    }
    // Nobody promotes to the gate: freight that came by both ways passes it.
    verified(&served, "gate", "one").await;
    assert_eq!(why(&served, "gate", "one").await, ["PassedOn"]);
    assert_eq!(why(&served, "prod", "one").await, ["NotPromoted"]);
    let last = ended(&served, &promote(&served, "prod", "one").await).await;
    assert_eq!(last["status"]["phase"], "Succeeded");
    let none = served.request("POST", &format!("{STAGES}/prod/promotions/downstream"), &early).await;
    assert_eq!(
        (none.status, none.json()),
        (404, json!({ "error": "Stage \"prod\" has no downstream stages" }))
    );
}

#[tokio::test]
async fn freight_goes_on_by_itself_once_it_has_soaked() {
    let dir = tempfile::tempdir().unwrap();
    let served = serve(dir.path()).await;
    let soak = json!([request("app", &json!({ "stages": ["dev"], "requiredSoakTime": "1s" }))]);
    let manifests = [
        project(),
        auto_promotion("glob:*"),
        warehouse("app"),
        stage("dev", &json!([request("app", &json!({ "direct": true }))])),
        stage("uat", &soak),
    ];
    apply(&served, &manifests).await;
    let mut changes = served.watch("/v1beta1/projects/demo/promotions").await;
    apply(&served, &[freight("app", "one", 1)]).await;
    let mut ends = Vec::new();
    while ends.len() < 2 {
        let promotion = changes.next().await["object"].clone();
        if let Some(at) = promotion["status"]["finishedAt"].as_str() {
            assert_eq!(promotion["metadata"]["annotations"]["kargo.akuity.io/create-actor"], Value::Null);
            let stage = promotion["spec"]["stage"].as_str().unwrap().to_owned();
            ends.push((stage, at.parse::<jiff::Timestamp>().unwrap()));
        }
    }
    let [(first, dev), (second, uat)] = ends.as_slice() else { panic!("{ends:?}") };
    assert_eq!((first.as_str(), second.as_str()), ("dev", "uat"));
    let waited = uat.duration_since(*dev);
    assert!(waited >= jiff::SignedDuration::from_secs(1), "{waited:?}");
    assert!(waited < jiff::SignedDuration::from_secs(60), "by a timer, not by the next round: {waited:?}");
}

#[tokio::test]
async fn a_promotion_on_purpose_holds_automatic_promotion_back() {
    let dir = tempfile::tempdir().unwrap();
    let served = serve(dir.path()).await;
    let manifests = [
        project(),
        auto_promotion("dev"),
        warehouse("app"),
        stage("dev", &json!([request("app", &json!({ "direct": true }))])),
        freight("app", "one", 1),
    ];
    apply(&served, &manifests).await;
    verified(&served, "dev", "one").await;
    apply(&served, &[freight("app", "two", 2)]).await;
    verified(&served, "dev", "two").await;
    // Back to the older one, on purpose.
    let back = ended(&served, &promote(&served, "dev", "one").await).await;
    let annotations = &back["metadata"]["annotations"];
    assert_eq!(annotations["kargo.akuity.io/auto-promotion-hold"], "Warehouse/app");
    assert_eq!(annotations["kargo.akuity.io/create-actor"], "admin");
    let is_held = |stage: &Value| stage["status"]["autoPromotionHolds"]["Warehouse/app"].is_object();
    let held = served.until(&format!("{STAGES}/dev"), is_held).await;
    let hold = &held["status"]["autoPromotionHolds"]["Warehouse/app"];
    assert_eq!((&hold["actor"], &hold["promotionName"]), (&json!("admin"), &back["metadata"]["name"]));
    apply(&served, &[freight("app", "three", 3)]).await;
    assert_eq!(why(&served, "dev", "three").await, ["Held"]);
    // The newest, on purpose: automatic promotion goes on.
    let on = ended(&served, &promote(&served, "dev", "three").await).await;
    assert_eq!(on["metadata"]["annotations"]["kargo.akuity.io/auto-promotion-resume"], "Warehouse/app");
    served.until(&format!("{STAGES}/dev"), |stage| stage["status"]["autoPromotionHolds"].is_null()).await;
    apply(&served, &[freight("app", "four", 4)]).await;
    verified(&served, "dev", "four").await;
}

#[tokio::test]
async fn what_failed_is_not_tried_again_by_itself() {
    let dir = tempfile::tempdir().unwrap();
    let served = serve(dir.path()).await;
    let mut dev = stage("dev", &json!([request("app", &json!({ "direct": true }))]));
    dev["spec"]["promotionTemplate"]["spec"]["steps"] =
        json!([{ "uses": "fail", "config": { "message": "not today" } }]);
    let manifests = [project(), auto_promotion("regex:^d"), warehouse("app"), dev, freight("app", "one", 1)];
    apply(&served, &manifests).await;
    let is_over = |stage: &Value| stage["status"]["lastPromotion"]["status"]["phase"] == "Failed";
    let stage = served.until(&format!("{STAGES}/dev"), is_over).await;
    assert_eq!(stage["status"]["health"]["status"], "Unknown");
    assert_eq!(why(&served, "dev", "one").await, ["Unsuccessful"]);
    let promotions = served.get("/v1beta1/projects/demo/promotions?stage=dev").await;
    assert_eq!(promotions["items"].as_array().unwrap().len(), 1);
    assert_eq!(promotions["items"][0]["status"]["message"], "step \"step-1\": failed: not today");
}

#[tokio::test]
async fn approval_lets_freight_in_and_gone_freight_is_forgotten() {
    let dir = tempfile::tempdir().unwrap();
    let served = serve(dir.path()).await;
    let manifests = [
        project(),
        warehouse("app"),
        stage("prod", &json!([request("app", &json!({ "stages": ["nowhere"] }))])),
        freight("app", "one", 1),
    ];
    apply(&served, &manifests).await;
    let path = "/v1beta1/projects/demo/freight/one";
    let _ = served.request("POST", &format!("{path}/approve?stage=nope"), "").await.expect(404);
    let _ = served.request("POST", &format!("{path}/approve?stage=prod"), "").await.expect(200);
    let approved = served.get(path).await;
    assert!(approved["status"]["approvedFor"]["prod"]["approvedAt"].is_string(), "{approved}");
    ended(&served, &promote(&served, "prod", "one").await).await;
    verified(&served, "prod", "one").await;
    let in_use = served.request("DELETE", path, "").await;
    assert_eq!(in_use.status, 403, "{}", in_use.text);
    assert!(in_use.text.contains("freight is in-use by stages (\\\"prod\\\")"), "{}", in_use.text);
    let _ = served.request("DELETE", &format!("{STAGES}/prod"), "").await.expect(204);
    let alone = served.get(path).await;
    assert_eq!(alone["status"], json!({ "currentlyIn": {}, "verifiedIn": {}, "approvedFor": {} }));
    let _ = served.request("DELETE", path, "").await.expect(204);
    let gone = served.request("GET", path, "").await;
    assert_eq!(
        (gone.status, gone.json()["error"].as_str().unwrap().contains("\"one\" not found")),
        (404, true)
    );
}
