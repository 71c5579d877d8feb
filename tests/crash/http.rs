//! Kills between an HTTP request and its answer.

use windlass_testkit::{Fault, FaultRule};
use windlass_tests::{Options, World, test_guests};

use super::{commits, commits_without_a_kill, promote, resume};

#[tokio::test]
async fn while_the_application_is_patched() {
    let world = World::new().await;
    let wanted = commits_without_a_kill(&world).await;
    let application = "PATCH /apis/argoproj.io/v1alpha1/namespaces/argocd/applications/app-dev";
    world.kubernetes.gate().forget();
    world.kubernetes.gate().add_fault(FaultRule::once(application, Fault::HangAnswer));
    let mut running = promote(&world, "data").start();
    running.until(world.kubernetes.gate().wait_for(application, 1)).await;
    running.kill().await;
    let promotion = resume(&world, "data").run().await.expect(0).json();
    assert_eq!(promotion["status"]["phase"], "Succeeded");
    assert_eq!(commits(&world).await, wanted);
    assert_eq!(world.application_now("dev")["status"]["sync"]["revision"], wanted[0].as_str());
}

/// The guest asks the URL in its first attempt, and once more in its second.
async fn a_get_is_killed(guest: &str) {
    let steps = format!("- uses: {guest}\n  as: ask\n  config: {{ url: ASKED }}\n");
    let world = World::with(Options { steps, ..Options::default() }).await;
    world.edit_manifests("ASKED", &format!("{}/v2/app/manifests/v1.0.0", world.server.url()));
    let asked = "GET /v2/app/manifests/v1.0.0";
    world.registry.gate().add_fault(FaultRule::once(asked, Fault::HangAnswer));
    let with_guests = test_guests().join("steps");
    let mut running = promote(&world, "data").steps(&with_guests).start();
    running.until(world.registry.gate().wait_for(asked, 1)).await;
    running.kill().await;
    let promotion = resume(&world, "data").steps(&with_guests).run().await.expect(0).json();
    assert_eq!(promotion["status"]["phase"], "Succeeded");
    assert_eq!(promotion["status"]["state"]["ask"]["first"], 200);
    assert_eq!(
        world.registry.gate().count(asked),
        3,
        "twice in the attempt that was killed, once in the next"
    );
}

#[tokio::test]
async fn while_a_guest_in_go_gets() {
    a_get_is_killed("go-http").await;
}

#[tokio::test]
async fn while_a_guest_in_c_gets() {
    a_get_is_killed("c-http").await;
}
