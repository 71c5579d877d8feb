//! Promotions that have not ended: named, refused beside new ones, resumed, given up.

use windlass_testkit::kubernetes::{SyncOutcome, application_key};
use windlass_tests::{Windlass, World};

/// A world in which a promotion to `dev` waits for a sync that does not end, and was killed. Its name.
async fn left_waiting() -> (World, String) {
    let world = World::new().await;
    world.kubernetes.argo().set_outcome(SyncOutcome::Hold);
    let mut running = world.promote("dev").start();
    let headline = running.line_with("Promoting ").await;
    running.line_with("6/7 ").await;
    running.until(phase(&world, "Running")).await;
    running.kill().await;
    let name = headline.split_whitespace().find(|word| word.starts_with("dev.")).unwrap_or_default();
    (world, name.trim_matches(&['(', ')', ',', ':'][..]).to_owned())
}

/// Waits until the sync of the Application is in a phase.
async fn phase(world: &World, phase: &str) {
    let is_in = |application: Option<&serde_json::Value>| {
        application.is_some_and(|application| application["status"]["operationState"]["phase"] == phase)
    };
    world.kubernetes.wait_for(&application_key("argocd", "app-dev"), is_in).await;
}

fn abort(world: &World, arguments: &[&str]) -> Windlass {
    Windlass::new(["abort"]).args(arguments).arg("--data").arg(world.path("data"))
}

#[tokio::test]
async fn a_second_promotion_to_the_stage_is_refused() {
    let (world, name) = left_waiting().await;
    let refused = world.promote("dev").run().await.expect(2);
    assert_eq!(
        refused.stderr.trim(),
        format!(
            "error: the promotion {name} to dev has not ended\n  help: take it up with `windlass run --resume {name}`, or \
             give it up with `windlass abort {name}`"
        )
    );
    let aborted = abort(&world, &[&name]).run().await.expect(0);
    assert!(aborted.stdout.contains(&name), "{}", aborted.stdout);
    // The way is free, and there is nothing to resume.
    let nothing = world.run().arg("--resume").run().await.expect(2);
    assert!(nothing.stderr.contains("there is no unfinished promotion"), "{}", nothing.stderr);
    assert!(std::fs::read_dir(world.path("data/promotions")).unwrap().next().is_none());
}

#[tokio::test]
async fn the_one_that_is_resumed_is_named() {
    let (world, name) = left_waiting().await;
    let wrong = world.run().args(["--resume", "dev.nope"]).run().await.expect(2);
    assert_eq!(
        wrong.stderr.trim(),
        format!("error: there is no unfinished promotion \"dev.nope\"\n  help: these have not ended: {name}")
    );
    let mut resumed = world.run().arg("--resume").start();
    let headline = resumed.line_with("Resuming ").await;
    assert!(headline.contains(&name), "{headline}");
    world.kubernetes.argo().set_outcome(SyncOutcome::Succeed);
    let ended = resumed.wait().await.expect(0);
    assert!(ended.stdout.contains("argocd-update        Succeeded"), "{}", ended.stdout);
}

#[tokio::test]
async fn what_a_step_waited_for_may_have_come_while_nobody_ran() {
    let (world, _) = left_waiting().await;
    world.kubernetes.argo().set_outcome(SyncOutcome::Succeed);
    phase(&world, "Succeeded").await;
    let promotion = world.run().args(["--resume", "-o", "json"]).run().await.expect(0).json();
    assert_eq!(promotion["status"]["phase"], "Succeeded");
}
