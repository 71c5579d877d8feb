//! Every recorded answer is ours, but for those that wait for a part of the product.
//!
//! The program and its steps are those that `cargo xtask test` builds beforehand.

use windlass_replay::Replay;

#[tokio::test(flavor = "multi_thread")]
async fn recorded_answers_are_ours() {
    let report = Replay::default().run().await.expect("the answers can be replayed");
    assert!(!report.falls_short(), "\n{report}");
}
