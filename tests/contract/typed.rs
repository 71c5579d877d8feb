//! Typed components: the built-in steps, which use the contract through the SDK.

use windlass_tests::World;

#[tokio::test]
async fn the_pipeline_runs_in_a_worker_too() {
    let world = World::new().await;
    let clock = ["--clock", "2026-03-04T05:06:07Z"];
    world.promote("dev").args(clock).run().await.expect(0);
    let here = world.repository.log("env/dev").await.unwrap();
    world.repository.delete_branch("env/dev").await.unwrap();
    world
        .run_in("elsewhere")
        .args(["--stage", "dev", "--isolation", "worker"])
        .args(clock)
        .run()
        .await
        .expect(0);
    assert_eq!(world.repository.log("env/dev").await.unwrap(), here);
}
