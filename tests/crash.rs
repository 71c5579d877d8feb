//! The program is killed with SIGKILL, at the boundary of every step and in the middle of calls. Whatever was recorded as
//! done is not done again, and the result is the same as without the kill, down to the commit ids.

mod boundaries;
mod http;
mod push;

use windlass_tests::{Windlass, World};

/// Promotions here begin at one moment, so that their commits are the same.
const CLOCK: &str = "2026-03-04T05:06:07Z";

/// A promotion of the pipeline to `dev` into the data directory `data`.
fn promote(world: &World, data: &str) -> Windlass {
    at_the_moment(world, data).args(["--stage", "dev"])
}

/// The same promotion taken up again.
fn resume(world: &World, data: &str) -> Windlass {
    at_the_moment(world, data).args(["--resume", "-o", "json"])
}

fn at_the_moment(world: &World, data: &str) -> Windlass {
    world.run_in(data).args(["--clock", CLOCK])
}

/// What the branch `env/dev` should hold: its commits after a promotion that nobody killed. The branch is gone again.
async fn commits_without_a_kill(world: &World) -> Vec<String> {
    promote(world, "unharmed").run().await.expect(0);
    let commits = commits(world).await;
    assert_eq!(commits.len(), 2, "the first commit of the branch, and one of the promotion");
    forget_branch(world).await;
    commits
}

async fn commits(world: &World) -> Vec<String> {
    let log = world.repository.log("env/dev").await.expect("the branch");
    log.into_iter().map(|commit| commit.id.to_string()).collect()
}

async fn forget_branch(world: &World) {
    world.repository.delete_branch("env/dev").await.expect("the branch");
}
