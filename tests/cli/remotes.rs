//! Repositories that cannot be read or written, and steps that fail while they run.

use serde_json::Value;
use windlass_testkit::git::Hook;
use windlass_tests::World;

/// How the promotion ends; the branches must be as before.
async fn failed(world: &World) -> Value {
    let before = world.branches().await;
    let promotion = world.promote("dev").args(["-o", "json"]).run().await.expect(1).json();
    assert_eq!(world.branches().await, before, "{promotion:#}");
    promotion
}

/// Why nothing could begin.
async fn refused(world: &World, code: i32) -> String {
    let before = world.branches().await;
    let ended = world.promote("dev").run().await.expect(code);
    assert_eq!(ended.stdout, "");
    assert_eq!(world.branches().await, before);
    ended.stderr.trim().replace(world.server.url(), "SERVER")
}

#[tokio::test]
async fn a_repository_that_does_not_exist() {
    let world = World::new().await;
    world.edit_manifests("git/app.git", "git/nope.git");
    assert_eq!(
        refused(&world, 3).await,
        "error: Warehouse \"app\", subscription 1 (git SERVER/git/nope.git): there is no Git repository at \
         SERVER/git/nope.git (404); check the URL, or whether the credentials allow to see it"
    );
}

#[tokio::test]
async fn a_repository_of_a_step_that_nobody_gave_a_login_for() {
    let world = World::new().await;
    let clone = format!("repoURL: {}\n            checkout", world.repo_url());
    world.edit_manifests(&clone, &clone.replace("app.git", "nope.git"));
    let promotion = failed(&world).await;
    let message = promotion["status"]["message"].as_str().unwrap().replace(world.server.url(), "SERVER");
    assert_eq!(promotion["status"]["phase"], "Errored");
    assert_eq!(
        message,
        "step \"step-1\" met error threshold of 1: error running step \"step-1\": error cloning SERVER/git/nope.git: \
         SERVER/git/nope.git asks for credentials (401); add a Secret with the label kargo.akuity.io/cred-type: git and the \
         data repoURL, username and password"
    );
}

#[tokio::test]
async fn a_wrong_password() {
    let world = World::new().await;
    world.edit_manifests("secret-password", "wrong");
    assert_eq!(
        refused(&world, 3).await,
        "error: Warehouse \"app\", subscription 1 (git SERVER/git/app.git): SERVER/git/app.git refuses the credentials of \
         Secret demo/repository (401); check its username and password"
    );
}

#[tokio::test]
async fn a_push_that_the_server_refuses() {
    let world = World::new().await;
    let hook = "#!/bin/sh\necho 'no pushes on Fridays' >&2\nexit 1\n";
    world.repository.install_hook(Hook::PreReceive, hook).await.unwrap();
    let promotion = failed(&world).await;
    let steps = &promotion["status"]["stepExecutionMetadata"];
    assert_eq!(steps[0]["status"], "Errored");
    assert_eq!(steps[1]["status"], "Skipped");
    assert_eq!(
        promotion["status"]["message"].as_str().unwrap().replace(world.server.url(), "SERVER"),
        "step \"step-1\" met error threshold of 1: error running step \"step-1\": error cloning SERVER/git/app.git: the \
         server refuses to change refs/heads/env/dev: pre-receive hook declined (it says: no pushes on Fridays)"
    );
}

#[tokio::test]
async fn a_variable_that_is_not_there() {
    let world = World::new().await;
    world.edit_manifests("path: ./src\n", "path: ${{ vars.src }}\n");
    let before = world.branches().await;
    let ended = world.promote("dev").run().await.expect(1);
    assert_eq!(world.branches().await, before);
    assert_eq!(
        ended.stderr.replace(&world.path("manifests/").display().to_string(), "").trim(),
        "warning: vars.src is not defined, and therefore null
  --> all.yaml:36:32
   |
36 |                 path: ${{ vars.src }}
   |                                ^^^"
    );
    let message = "step \"step-1\": invalid git-clone config: checkout.0.path: Invalid type. Expected: string, given: null";
    assert!(ended.stdout.contains(message), "{}", ended.stdout);
}

#[tokio::test]
async fn a_value_of_the_wrong_type() {
    let world = World::new().await;
    world.edit_manifests("path: ./src\n", "path: ${{ 1 == 1 }}\n");
    let promotion = failed(&world).await;
    assert_eq!(promotion["status"]["phase"], "Failed");
    assert_eq!(
        promotion["status"]["message"],
        "step \"step-1\": invalid git-clone config: checkout.0.path: Invalid type. Expected: string, given: boolean"
    );
}
