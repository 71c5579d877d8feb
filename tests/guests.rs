//! Steps that mean harm, run through the program: each gets what is told here and nothing else, and the engine stays well.
//!
//! The guests are in `guests/hostile`, one file for each thing tried.

mod files;
mod git;
mod http;
mod limits;
mod network;
mod others;
mod records;

use std::collections::BTreeMap;

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

/// Runs the steps of a world, of which the last is `uses: waiting`; what is in the promotion's directory meanwhile: its path
/// there, without a slash at the end, and its content unless it is a directory or a link.
async fn look(world: &World) -> BTreeMap<String, Vec<u8>> {
    let mut running =
        world.run_in("looked-at").args(["--stage", "dev"]).steps(&test_guests().join("steps")).start();
    running.line_with("looking is allowed").await;
    let promotions = std::fs::read_dir(world.path("looked-at/promotions")).expect("the promotions");
    let base = promotions.map(|entry| entry.expect("a promotion").path()).next().expect("a promotion");
    let mut found = BTreeMap::new();
    let mut open = vec![base.clone()];
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(dir).expect("a directory").map(|entry| entry.expect("an entry")) {
            let (path, kind) = (entry.path(), entry.file_type().expect("a kind"));
            let content = if kind.is_file() { std::fs::read(&path).expect("a file") } else { Vec::new() };
            found.insert(path.strip_prefix(&base).expect("beneath it").display().to_string(), content);
            if kind.is_dir() {
                open.push(path);
            }
        }
    }
    running.kill().await;
    found
}

/// What the guest told, which ended well.
#[track_caller]
fn told(ended: Ended) -> Value {
    let promotion = ended.expect(0).json();
    promotion["status"]["state"]["guest"].clone()
}

/// The status and the message of a step of a promotion that did not succeed.
#[track_caller]
fn complaint(ended: Ended, alias: &str) -> (String, String) {
    let promotion = ended.expect(1).json();
    let steps = promotion["status"]["stepExecutionMetadata"].as_array().expect("the steps");
    let step = steps.iter().find(|step| step["alias"] == alias).expect("the step was begun");
    let text = |name: &str| step[name].as_str().unwrap_or_default().to_owned();
    (text("status"), text("message"))
}

/// Why the guest was ended, for good.
#[track_caller]
fn stopped(ended: Ended) -> String {
    let (status, message) = complaint(ended, "guest");
    assert_eq!(status, "Errored", "{message}");
    let reason = message.strip_prefix("an unrecoverable error occurred: error running step \"guest\": ");
    reason.unwrap_or_else(|| panic!("{message} may be tried again")).to_owned()
}
