//! Whether it says that it is ready only when it is.

use std::time::Duration;

use serde_json::json;
use tokio_util::sync::CancellationToken;
use windlass_ports::control_plane::{Actor, ControlPlane as _, WriteMode};
use windlass_testkit::memory::Failing;

use crate::history::manifest;
use crate::world::World;

#[tokio::test]
async fn a_loop_that_is_stuck_is_not_ready() {
    let world = World::new(0);
    world.calm_down();
    let stop = CancellationToken::new();
    let control = world.start(&stop).await.unwrap();
    let documents = json!([
        manifest("Project", "demo", json!(null)),
        manifest("Stage", "dev", json!({ "requestedFreight": [] })),
    ]);
    let by = Actor("ada".to_owned());
    control.write(&by, documents.to_string().as_bytes(), WriteMode::Upsert).await.unwrap();
    world.pass(Duration::from_mins(10)).await;
    assert_eq!(control.health()[0].trouble, None, "one that has nothing to do is ready");
    let warehouse = manifest("Warehouse", "app", json!({ "interval": "5m", "subscriptions": [] }));
    control.write(&by, json!([warehouse]).to_string().as_bytes(), WriteMode::Upsert).await.unwrap();
    world.settle().await;
    assert_eq!(control.health()[0].trouble, None);
    // Once the warehouse has looked again, what it has found is written, and that is never answered.
    world.store.fail(Some(Box::new(|| Some(Failing::Hang))));
    world.pass(Duration::from_mins(6)).await;
    let trouble = control.health()[0].trouble.clone().unwrap();
    assert!(trouble.starts_with("its loop has been at one thing for "), "{trouble}");
}
