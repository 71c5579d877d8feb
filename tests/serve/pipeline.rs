//! The pipeline of the examples on a server: from a push to deployed Applications.

use serde_json::Value;
use windlass_testkit::git::NewCommit;
use windlass_tests::{Served, World};

use super::{STAGES, why};

/// The one freight of a project, as soon as there is one that is not among `known`.
pub(super) async fn new_freight(served: &Served, known: &[&str]) -> Value {
    let is_new = |freight: &Value| freight["alias"].as_str().is_some_and(|alias| !known.contains(&alias));
    served.until("/v1beta1/projects/demo/freight", is_new).await
}

#[tokio::test]
async fn a_push_becomes_freight_and_is_promoted_stage_by_stage() {
    let world = World::new().await;
    let served = Served::start(world.serve("data")).await;
    let applied = served.apply(&world.path("manifests")).await;
    let expected = "project/demo created\nsecret/repository created\nwarehouse/app created\nstage/dev created\n\
                    stage/prod created\n";
    assert_eq!(applied.stdout, expected);
    assert!(!applied.stdout.contains("secret-password"));
    let first = new_freight(&served, &[]).await;
    let alias = first["alias"].as_str().unwrap().to_owned();
    assert_eq!(why(&served, "prod", &alias).await, ["NotVerifiedUpstream"]);

    let promoted =
        served.command(["promote", "--stage", "dev", "--freight-alias", &alias, "--wait"]).run().await;
    let promoted = promoted.expect(0);
    assert!(promoted.stdout.contains("7/7 "), "{}", promoted.stdout);
    assert!(promoted.stdout.ends_with("Succeeded\n"), "{}", promoted.stdout);
    let commits = world.repository.log("env/dev").await.unwrap();
    assert_eq!(world.application_now("dev")["status"]["sync"]["revision"], commits[0].id.to_string());
    assert_eq!(world.git.gate().count("POST /git/app.git/git-receive-pack"), 2, "one push a branch change");

    // Its Application is healthy at that commit, so the freight is verified, and prod can have it.
    super::verified(&served, "dev", &alias).await;
    let dev = served.get(&format!("{STAGES}/dev")).await;
    assert_eq!(dev["status"]["health"]["status"], "Healthy");
    let checked = &dev["status"]["health"]["output"][0]["applicationStatuses"][0];
    assert_eq!(checked["sync"]["revision"], commits[0].id.to_string());
    assert_eq!(why(&served, "prod", &alias).await, ["NotPromoted"]);

    // Another commit: looked for when asked.
    let edit = NewCommit::on("main").message("Change the base\n").by("Ada Example", "ada@example.com");
    world.repository.commit(&edit.write("base/note.txt", "changed\n")).await.unwrap();
    served.command(["refresh", "warehouse", "app", "--wait"]).run().await.expect(0);
    let second = new_freight(&served, &[&alias]).await;
    assert_ne!(second["commits"][0]["id"], first["commits"][0]["id"]);
    let stages = served.command(["get", "stages", "-o", "wide"]).run().await.expect(0).stdout;
    assert!(stages.contains("nobody has promoted it to dev, which is not done by itself"), "{stages}");
    let warehouse = served.get("/v1beta1/projects/demo/warehouses/app").await;
    assert_eq!(warehouse["status"]["lastFreightID"], second["metadata"]["name"]);
    assert_eq!(warehouse["status"]["discoveredArtifacts"]["git"][0]["commits"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_waiting_promotion_is_aborted_and_the_next_takes_its_turn() {
    let world = World::new().await;
    let steps = "[{ uses: http, as: wait, config: { url: SERVER/v2/, successExpression: 'false', failureExpression: 'false' } }]";
    let path = world.path("manifests/all.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, _) = text.split_once("      steps:\n").unwrap();
    let steps = steps.replace("SERVER", world.server.url());
    std::fs::write(&path, format!("{before}      steps: {steps}\n")).unwrap();
    let served = Served::start(world.serve("data")).await;
    served.apply(&world.path("manifests")).await;
    let freight = new_freight(&served, &[]).await;
    let alias = freight["alias"].as_str().unwrap();
    let first = super::promote(&served, "dev", alias).await;
    let second = super::promote(&served, "dev", alias).await;
    let promotion = |name: &str| format!("/v1beta1/projects/demo/promotions/{name}");
    served
        .until(&promotion(&first), |p| p["status"]["stepExecutionMetadata"][0]["status"] == "Running")
        .await;
    let waiting = served.get(&promotion(&second)).await;
    assert_eq!(waiting["status"]["startedAt"], Value::Null, "one at a time");
    served.command(["promote", "--abort", "--name", &first]).run().await.expect(0);
    let aborted = super::ended(&served, &first).await;
    assert_eq!(aborted["status"]["phase"], "Aborted");
    assert_eq!(aborted["status"]["message"], "Promotion terminated by admin");
    assert_eq!(aborted["status"]["stepExecutionMetadata"][0]["status"], "Aborted");
    served
        .until(&promotion(&second), |p| p["status"]["stepExecutionMetadata"][0]["status"] == "Running")
        .await;
    // A clean stop parks it, and the next process goes on with it.
    let stopped = served.stop().await.expect(0);
    assert!(stopped.stdout.contains("goes on with the next start"), "{}", stopped.stdout);
    let served = Served::start(world.serve("data")).await;
    let is_current = |stage: &Value| stage["status"]["currentPromotion"]["name"] == second.as_str();
    served.until(&format!("{STAGES}/dev"), is_current).await;
    served.command(["promote", "--abort", "--name", &second]).run().await.expect(0);
    assert_eq!(super::ended(&served, &second).await["status"]["phase"], "Aborted");
}
