//! The server is killed with SIGKILL wherever it hurts. The next one goes on, and the result is that of an unharmed one.

use serde_json::{Value, json};
use windlass_tests::{Served, World};

use super::pipeline::new_freight;
use super::{
    STAGES, apply, auto_promotion, ended, freight, project, promote, request, serve, stage, verified,
    warehouse,
};

#[tokio::test]
async fn a_promotion_goes_on_after_every_step() {
    let world = World::new().await;
    for killed_after in 1..=6 {
        let data = format!("data-{killed_after}");
        let served = Served::start(world.serve(&data)).await;
        served.apply(&world.path("manifests")).await;
        let freight = new_freight(&served, &[]).await;
        let pushes = world.git.gate().count("POST /git/app.git/git-receive-pack");
        let name = promote(&served, "dev", freight["alias"].as_str().unwrap()).await;
        let path = format!("/v1beta1/projects/demo/promotions/{name}");
        let has_ended = |promotion: &Value| {
            let steps = promotion["status"]["stepExecutionMetadata"]
                .as_array()
                .map_or(0, |steps| steps.iter().filter(|step| step["finishedAt"].is_string()).count());
            steps >= killed_after
        };
        served.until(&path, has_ended).await;
        served.kill().await;
        let served = Served::start(world.serve(&data)).await;
        let promotion = ended(&served, &name).await;
        assert_eq!(promotion["status"]["phase"], "Succeeded", "after step {killed_after}: {promotion:#}");
        let steps = promotion["status"]["stepExecutionMetadata"].as_array().unwrap();
        assert_eq!(steps.len(), 7);
        assert!(
            steps.iter().all(|step| step["status"] == "Succeeded" && step["errorCount"].is_null()),
            "{steps:#?}"
        );
        let is_there = |stage: &Value| stage["status"]["lastPromotion"]["name"] == name.as_str();
        let stage = served.until(&format!("{STAGES}/dev"), is_there).await;
        assert_eq!(stage["status"]["freightHistory"].as_array().unwrap().len(), 1);
        // The branch, and what was promoted: nothing is pushed twice.
        let pushed = world.git.gate().count("POST /git/app.git/git-receive-pack") - pushes;
        assert_eq!(pushed, 2, "after step {killed_after}");
        let commits = world.repository.log("env/dev").await.unwrap();
        assert_eq!(commits.len(), 2, "after step {killed_after}");
        world.repository.delete_branch("env/dev").await.unwrap();
        served.kill().await;
    }
}

/// How often the server is killed: 50 times, or as `cargo xtask torture` says.
#[expect(clippy::disallowed_methods, reason = "how long to torture is said by whoever runs the tests")]
fn kills() -> u32 {
    std::env::var("WINDLASS_TORTURE").ok().and_then(|count| count.parse().ok()).unwrap_or(50)
}

/// Numbers by chance that are the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

/// Four stages in a row, each of which a promotion reaches by itself, and one that nothing but approval lets freight into.
fn manifests() -> Vec<Value> {
    let steps = json!([
        { "uses": "compose-output", "as": "one", "config": { "n": 1 } },
        { "uses": "compose-output", "as": "two", "config": { "n": "${{ outputs.one.n }}" } },
        { "uses": "set-metadata", "config": { "updates": [
            { "kind": "Freight", "name": "${{ ctx.targetFreight.name }}", "values": { "seen": "${{ ctx.stage }}" } }
        ] } },
    ]);
    let stage = |name: &str, sources: &Value| {
        let mut stage = stage(name, &json!([request("app", sources)]));
        stage["spec"]["promotionTemplate"]["spec"]["steps"] = steps.clone();
        stage
    };
    let mut manifests = vec![project(), auto_promotion("glob:s*"), warehouse("app")];
    manifests.push(stage("s0", &json!({ "direct": true })));
    manifests.extend((1..4).map(|i| stage(&format!("s{i}"), &json!({ "stages": [format!("s{}", i - 1)] }))));
    manifests.push(stage("approved", &json!({ "stages": ["nowhere"] })));
    manifests
}

#[tokio::test]
async fn nothing_is_lost_wherever_the_server_is_killed() {
    let dir = tempfile::tempdir().unwrap();
    let mut chance = Chance(42);
    let mut served = serve(dir.path()).await;
    apply(&served, &manifests()).await;
    let mut approved = Vec::new();
    for round in 1..=kills() {
        let alias = format!("f{round}");
        // What is acknowledged must be there after the kill.
        let made = apply(&served, &[freight("app", &alias, round)]).await;
        let name = made[0]["createdResourceManifest"]["metadata"]["name"].clone();
        if round % 5 == 0 {
            let path = format!("/v1beta1/projects/demo/freight/{alias}/approve?stage=approved");
            let _ = served.request("POST", &path, "").await.expect(200);
            approved.push((alias.clone(), promote(&served, "approved", &alias).await));
        }
        let mut changes = served.watch("/v1beta1/projects/demo/promotions").await;
        let known = served.get("/v1beta1/projects/demo/promotions").await["items"].as_array().unwrap().len();
        for _ in 0..known as u64 + chance.below(24) {
            let promotion = changes.next().await["object"].clone();
            let is_last = promotion["spec"]["stage"] == "s3" && promotion["spec"]["freight"] == name;
            if is_last && promotion["status"]["finishedAt"].is_string() {
                break;
            }
        }
        served.kill().await;
        served = serve(dir.path()).await;
    }
    let last = format!("f{}", kills());
    verified(&served, "s3", &last).await;
    for (alias, promotion) in &approved {
        assert_eq!(ended(&served, promotion).await["status"]["phase"], "Succeeded", "{alias}");
    }
    let all = served.get("/v1beta1/projects/demo/promotions").await;
    let mut seen = std::collections::BTreeSet::new();
    for promotion in all["items"].as_array().unwrap() {
        let status = &promotion["status"];
        assert_eq!(status["phase"], "Succeeded", "{promotion:#}");
        let steps = status["stepExecutionMetadata"].as_array().unwrap();
        assert!(
            steps.iter().all(|step| step["status"] == "Succeeded" && step["errorCount"].is_null()),
            "{steps:#?}"
        );
        assert_eq!(status["state"], json!({ "one": { "n": 1 }, "two": { "n": 1 } }));
        let what = (promotion["spec"]["stage"].to_string(), promotion["spec"]["freight"].to_string());
        assert!(seen.insert(what), "nothing is promoted twice: {promotion:#}");
    }
    let freight = served.get("/v1beta1/projects/demo/freight").await;
    let items = freight["groups"][""]["items"].as_array().unwrap();
    assert_eq!(items.len(), kills() as usize, "no freight is lost");
    for (alias, _) in &approved {
        let kept = items.iter().find(|item| item["alias"] == alias.as_str()).unwrap();
        assert!(kept["status"]["approvedFor"]["approved"].is_object(), "no approval is lost: {kept:#}");
        assert!(kept["status"]["metadata"]["seen"].is_string(), "{kept:#}");
    }
}
