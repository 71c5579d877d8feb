//! Steps that mean harm, run through the program: each gets what is told here and nothing else, and the engine stays well.
//!
//! The guests are in `guests/hostile`, one file for each thing tried.

mod limits;

use serde_json::Value;
use windlass_tests::{Ended, Options, Windlass, World, test_guests};

/// A world whose promotions have these steps.
async fn world(steps: &str) -> World {
    World::with(Options { steps: steps.to_owned(), ..Options::default() }).await
}

/// A promotion to `dev` that knows the guests.
fn promote(world: &World) -> Windlass {
    world.promote("dev").args(["-o", "json"]).steps(&test_guests().join("steps"))
}

/// Runs one guest, without configuration, in a world of its own.
async fn run(guest: &str) -> Ended {
    let world = world(&format!("- uses: {guest}\n  as: guest\n")).await;
    promote(&world).run().await
}

/// What the guest said, which ended well.
#[track_caller]
fn told(ended: Ended) -> Value {
    let promotion = ended.expect(0).json();
    promotion["status"]["state"]["guest"].clone()
}

/// Why the guest did not end well.
#[track_caller]
fn complaint(ended: Ended) -> String {
    let promotion = ended.expect(1).json();
    let steps = promotion["status"]["stepExecutionMetadata"].as_array().expect("the steps");
    let guest = steps.iter().find(|step| step["alias"] == "guest").expect("the guest");
    guest["message"].as_str().unwrap_or_default().to_owned()
}
