//! Kills between steps: as soon as one has ended.

use windlass_tests::World;

use super::{commits, commits_without_a_kill, forget_branch, promote, resume};

#[tokio::test]
async fn a_promotion_goes_on_after_every_step() {
    let world = World::new().await;
    let wanted = commits_without_a_kill(&world).await;
    for step in 1..=6 {
        let data = format!("killed-after-{step}");
        let mut running = promote(&world, &data).start();
        running.line_with(&format!("{step}/7 ")).await;
        running.kill().await;
        let resumed = resume(&world, &data).run().await.expect(0);
        assert!(resumed.stderr.contains("Resuming "), "{}", resumed.stderr);
        let promotion = resumed.json();
        assert_eq!(promotion["status"]["phase"], "Succeeded", "after step {step}");
        let statuses = promotion["status"]["stepExecutionMetadata"].as_array().unwrap();
        assert!(statuses.iter().all(|step| step["status"] == "Succeeded"), "{statuses:#?}");
        assert_eq!(commits(&world).await, wanted, "after step {step}");
        forget_branch(&world).await;
    }
}

#[tokio::test]
async fn steps_that_ended_are_not_run_again() {
    let world = World::new().await;
    let mut running = promote(&world, "data").start();
    running.line_with("6/7 ").await;
    running.kill().await;
    let fetches = world.git.gate().count("git-upload-pack");
    let resumed = resume(&world, "data").run().await.expect(0);
    assert_eq!(world.git.gate().count("POST /git/app.git/git-receive-pack"), 2, "one push a branch change");
    assert_eq!(world.git.gate().count("git-upload-pack"), fetches, "nothing is cloned again");
    assert!(!resumed.stderr.contains("git-clone"), "{}", resumed.stderr);
}
