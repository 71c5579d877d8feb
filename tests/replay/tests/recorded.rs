//! Every recorded answer is ours, but for those that wait for a part of the product.
//!
//! The program and its steps are those that `cargo xtask test` builds beforehand.

use windlass_replay::{Replay, Transport};

#[tokio::test(flavor = "multi_thread")]
async fn recorded_answers_are_ours() {
    let report = Replay::default().run().await.expect("the answers can be replayed");
    assert!(!report.falls_short(), "\n{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn and_those_of_git_over_ssh() {
    for step in ["git-clear", "git-clone", "git-commit", "git-push", "git-tag"] {
        let only = Some(step.to_owned());
        let report = Replay { only, transport: Transport::Ssh, ..Replay::default() }.run().await;
        let report = report.expect("the answers can be replayed");
        assert!(!report.falls_short(), "\n{report}");
    }
}
