//! Kills inside git-clone and git-push: the server has taken the push, and its answer never arrives.

use windlass_testkit::git::Hook;
use windlass_tests::World;

use super::{commits, commits_without_a_kill, promote, resume};

/// Kills the program whose id is in `pid` at the `nth` push, once.
fn kill_at(world: &World, nth: u32) -> String {
    let (pid, pushes) = (world.path("pid"), world.path("pushes"));
    format!(
        "#!/bin/sh
echo x >> {pushes}
if [ -e {pid} ] && [ $(wc -l < {pushes}) -eq {nth} ]; then kill -9 $(cat {pid}); rm {pid}; fi
",
        pid = pid.display(),
        pushes = pushes.display(),
    )
}

async fn killed_at_push(nth: u32) {
    let world = World::new().await;
    let wanted = commits_without_a_kill(&world).await;
    world.repository.install_hook(Hook::PostReceive, &kill_at(&world, nth)).await.unwrap();
    let ended = promote(&world, "data").pid_file(&world.path("pid")).run().await;
    assert_eq!(ended.code, None, "it was killed: {}", ended.stdout);
    assert_eq!(commits(&world).await.len(), nth as usize, "the push has landed");
    let promotion = resume(&world, "data").run().await.expect(0).json();
    assert_eq!(promotion["status"]["phase"], "Succeeded");
    assert_eq!(commits(&world).await, wanted);
    let pushes = std::fs::read_to_string(world.path("pushes")).unwrap();
    assert_eq!(pushes.lines().count(), 2, "nothing that landed is pushed again");
}

#[tokio::test]
async fn while_git_clone_makes_the_branch() {
    killed_at_push(1).await;
}

#[tokio::test]
async fn while_git_push_pushes() {
    killed_at_push(2).await;
}
