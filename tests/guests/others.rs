//! What becomes of others while a guest does harm.

use serde_json::json;
use windlass_tests::test_guests;

use super::{promote, stopped, world};

#[tokio::test]
async fn others_are_promoted_while_guests_compute_for_ever() {
    let steps = test_guests().join("steps");
    let busy = world("- uses: stubborn\n").await;
    let mut computing = Vec::new();
    for data in ["one", "two", "three", "four"] {
        let mut running = busy.run_in(data).args(["--stage", "dev"]).steps(&steps).start();
        running.line_with("computing").await;
        computing.push(running);
    }
    let other = world("- uses: compose-output\n  as: words\n  config: { said: all is well }\n").await;
    let promotion = promote(&other).run().await.expect(0).json();
    assert_eq!(promotion["status"]["state"]["words"], json!({ "said": "all is well" }));
    for running in computing {
        // All of them still ran, and are stopped at the first word.
        running.interrupt().await;
        let ended = running.wait().await.expect(130);
        assert!(ended.stdout.contains("Stopped. Nothing is lost"), "{}", ended.stdout);
    }
}

#[tokio::test]
async fn what_a_guest_did_that_was_ended_is_undone() {
    // Each of these leaves files behind, in its first attempt; none of them ends well.
    let world = world(
        "
- uses: git-clone
  config: { repoURL: REPO, checkout: [{ branch: main, path: ./src }] }
- uses: vandal
  as: guest
  continueOnError: true
- uses: git-commit
  as: commit
  config: { path: ./src, message: Nothing has changed }
",
    )
    .await;
    let ended = promote(&world).run().await;
    let promotion = ended.json();
    assert_eq!(promotion["status"]["state"]["commit"]["commit"], json!(world.main), "{promotion:#}");
    let guest = &promotion["status"]["stepExecutionMetadata"][1];
    assert_eq!(guest["status"], "Errored");
    let message = guest["message"].as_str().unwrap();
    assert!(message.contains("the step trapped"), "{message}");
}

#[tokio::test]
async fn after_each_harm_the_next_promotion_of_the_same_data_goes_well() {
    let world = world("- uses: trap\n  as: guest\n").await;
    for guest in ["spin", "memory", "flood", "disk", "trap"] {
        let path = world.path("manifests/all.yaml");
        let text = std::fs::read_to_string(&path).unwrap();
        let uses = text.lines().find_map(|line| line.trim().strip_prefix("- uses: ")).unwrap();
        world.edit_manifests(&format!("- uses: {uses}"), &format!("- uses: {guest}"));
        let ended = promote(&world).run().await;
        if guest != "disk" {
            assert!(!stopped(ended).is_empty());
        }
    }
    world.edit_manifests("- uses: trap", "- uses: silent");
    promote(&world).run().await.expect(0);
}
