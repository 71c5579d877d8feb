//! What happens to a server whose database cannot be written, or whose repositories fail, for a while.

use std::process::Command;

use serde_json::json;
use windlass_testkit::{Fault, FaultRule};
use windlass_tests::{Options, Served, Windlass, World, set_writable};

use super::pipeline::new_freight;
use super::{STAGES, apply, ended, freight, project, promote, request, serve, stage, warehouse};

/// Sets how large files may become that a process writes; as long as it is small, the disk is full to it.
fn limit_files(served: &Served, most: &str) {
    let status = Command::new("prlimit")
        .args(["--pid", &served.id().to_string(), &format!("--fsize={most}:")])
        .status();
    assert!(status.expect("prlimit of util-linux is there").success());
}

#[tokio::test]
async fn a_full_disk_is_told_and_nothing_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let serve = Windlass::new(["serve", "--dev", "--listen", "127.0.0.1:0", "--data"]).arg(dir.path());
    let served = Served::start(serve.survives_file_limits()).await;
    let direct = json!([request("app", &json!({ "direct": true }))]);
    apply(&served, &[project(), warehouse("app"), stage("dev", &direct), freight("app", "one", 1)]).await;
    let first = promote(&served, "dev", "one").await;
    ended(&served, &first).await;
    limit_files(&served, "4096");
    let body = json!({ "freightAlias": "one" }).to_string();
    let path = format!("{STAGES}/dev/promotions");
    let refused = served.request("POST", &path, &body).await;
    assert_eq!(refused.status, 503, "{}", refused.text);
    let says = "disk I/O error; see that the disk of the data directory works and has room";
    assert!(refused.text.contains(says), "{}", refused.text);
    let refused =
        served.request("PUT", "/v1beta1/resources?upsert=true", &freight("app", "two", 2).to_string()).await;
    assert!(refused.text.contains("the database cannot be used"), "{}", refused.text);
    let deleted = served.request("DELETE", "/v1beta1/projects/demo", "").await;
    assert_eq!(deleted.status, 503, "{}", deleted.text);
    // What is there can still be read, and the process does live.
    assert_eq!(served.get("/v1beta1/projects/demo/promotions").await["items"].as_array().unwrap().len(), 1);
    assert_eq!(served.request("GET", "/healthz", "").await.status, 200);
    limit_files(&served, "unlimited");
    let second = promote(&served, "dev", "one").await;
    assert_eq!(ended(&served, &second).await["status"]["phase"], "Succeeded");
    apply(&served, &[freight("app", "two", 2)]).await;
    ended(&served, &promote(&served, "dev", "two").await).await;
    let promotions = served.get("/v1beta1/projects/demo/promotions").await;
    assert_eq!(promotions["items"].as_array().unwrap().len(), 3, "the refused one is not there");
    served.kill().await;
}

#[tokio::test]
async fn a_promotion_waits_for_room_on_the_disk_and_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let serve = Windlass::new(["serve", "--dev", "--listen", "127.0.0.1:0", "--data"]).arg(dir.path());
    let served = Served::start(serve.survives_file_limits()).await;
    let direct = json!([request("app", &json!({ "direct": true }))]);
    let mut dev = stage("dev", &direct);
    // Waits until it is told to try again.
    let world = World::new().await;
    let url = format!("{}/v2/", world.server.url());
    let check = json!({ "url": url, "successExpression": "false", "failureExpression": "false" });
    dev["spec"]["promotionTemplate"]["spec"]["steps"] = json!([
        { "uses": "http", "as": "wait", "config": check, "if": "${{ ctx.targetFreight.alias == 'one' }}" },
        { "uses": "compose-output", "as": "told", "config": { "freight": "${{ ctx.targetFreight.alias }}" } },
    ]);
    apply(&served, &[project(), warehouse("app"), dev, freight("app", "one", 1), freight("app", "two", 2)])
        .await;
    let name = promote(&served, "dev", "one").await;
    let promotion = format!("/v1beta1/projects/demo/promotions/{name}");
    served.until(&promotion, |p| p["status"]["stepExecutionMetadata"][0]["status"] == "Running").await;
    limit_files(&served, "4096");
    let refresh = served.request("POST", &format!("{promotion}/refresh"), "").await;
    assert_eq!(refresh.status, 503, "{}", refresh.text);
    let abort = served.request("POST", &format!("{promotion}/abort"), "").await;
    assert_eq!(abort.status, 503, "it is not aborted, and does not say so: {}", abort.text);
    limit_files(&served, "unlimited");
    assert_eq!(served.get(&promotion).await["status"]["phase"], "Running");
    let _ = served.request("POST", &format!("{promotion}/abort"), "").await.expect(200);
    assert_eq!(ended(&served, &name).await["status"]["phase"], "Aborted");
    let next = promote(&served, "dev", "two").await;
    assert_eq!(ended(&served, &next).await["status"]["state"]["told"]["freight"], "two");
    while served.request("GET", "/readyz", "").await.status != 200 {}
    served.kill().await;
}

#[tokio::test]
async fn a_disk_that_is_read_only_is_told_and_starts_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let served = serve(&data).await;
    apply(&served, &[project(), warehouse("app"), freight("app", "one", 1)]).await;
    served.stop().await.expect(0);
    let start = Windlass::new(["serve", "--dev", "--listen", "127.0.0.1:0", "--data"]).arg(&data);
    let refused = start.read_only(&data).run().await.expect(3);
    assert!(refused.stderr.contains(&format!("the data directory {}", data.display())), "{}", refused.stderr);
    assert!(refused.stderr.contains("make it writable"), "{}", refused.stderr);
    set_writable(&data, true);
    let served = serve(&data).await;
    assert_eq!(served.get("/v1beta1/projects/demo/freight/one").await["alias"], "one");
    served.kill().await;
}

/// Waits until the warehouse says why it is not ready, or that it is.
async fn told(served: &Served, is_healthy: &str) -> String {
    let is_told = |warehouse: &serde_json::Value| {
        let conditions = warehouse["status"]["conditions"].as_array();
        conditions
            .is_some_and(|all| all.iter().any(|one| one["type"] == "Healthy" && one["status"] == is_healthy))
    };
    served.until("/v1beta1/projects/demo/warehouses/app", is_told).await["status"]["conditions"].to_string()
}

#[tokio::test]
async fn repositories_that_fail_are_told_and_looked_into_again() {
    let world = World::with(Options {
        steps: "- uses: compose-output\n  config: {}".to_owned(),
        ..Options::default()
    })
    .await;
    let served = Served::start(world.serve("data")).await;
    // In the middle of a transfer, again and again; then the registry, for longer than anybody is patient.
    let transfer = "POST /git/app.git/git-upload-pack";
    world.git.gate().add_fault(FaultRule::always(transfer, Fault::DropAfter(100)));
    served.apply(&world.path("manifests")).await;
    let conditions = told(&served, "False").await;
    assert!(conditions.contains("app.git"), "{conditions}");
    world.git.gate().clear_faults();
    for fault in [Fault::status(503), Fault::rate_limited(3_600)] {
        world.registry.gate().clear_faults();
        world.registry.gate().add_fault(FaultRule::always("tags/list", fault));
        let _ = served.command(["refresh", "warehouse", "app", "--wait"]).run().await;
        let conditions = told(&served, "False").await;
        assert!(conditions.contains("/app"), "{conditions}");
    }
    // A registry that asks for patience gets it, and freight comes of one look.
    world.registry.gate().clear_faults();
    world.registry.gate().add_fault(FaultRule::once("tags/list", Fault::rate_limited(1)));
    world.registry.gate().add_fault(FaultRule::once("tags/list", Fault::status(503)));
    served.command(["refresh", "warehouse", "app", "--wait"]).run().await.expect(0);
    let freight = new_freight(&served, &[]).await;
    assert_eq!(freight["images"][0]["tag"], "v1.1.0");
    told(&served, "True").await;
    served.kill().await;
}
