//! The server is killed with SIGKILL wherever it hurts. The next one goes on, and the result is that of an unharmed one.

use serde_json::Value;
use windlass_tests::{Served, World};

use super::pipeline::new_freight;
use super::{STAGES, ended, promote};

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
