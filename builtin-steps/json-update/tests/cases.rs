//! The golden cases of the step, its published schema, and what golden cases cannot say: links and long files.

use std::os::unix::fs::symlink;
use std::path::Path;

use serde_json::json;
use windlass_step::testing::{Harness, assert_schema, replay_cases};
use windlass_step::{Outcome, Status};
use windlass_step_json_update::JsonUpdate;

#[test]
fn cases_come_out_as_recorded() {
    replay_cases::<JsonUpdate>(&Path::new(env!("CARGO_MANIFEST_DIR")).join("cases"));
}

#[test]
fn the_published_schema_is_the_codes() {
    assert_schema::<JsonUpdate>(include_str!("../schema.json"));
}

fn update(harness: &Harness, path: &str) -> Outcome {
    harness.run::<JsonUpdate>(json!({ "path": path, "updates": [{ "key": "a", "value": "x" }] }))
}

#[test]
fn links_stay_in_the_work_directory() {
    let outside = Harness::new().file("v.json", "{\"a\":1}");
    let harness = Harness::new().file("dir/v.json", "{\"a\":1}").file("other/v.json", "{\"a\":1}");
    let link = |target: &Path, name: &str| symlink(target, harness.work_dir().join(name)).unwrap();
    link(Path::new("dir/v.json"), "inside");
    link(Path::new("/other"), "root");
    link(Path::new("../../.."), "up");
    link(Path::new("circle"), "circle");
    link(&outside.work_dir().join("v.json"), "outside");
    for (path, changed) in
        [("inside", "dir/v.json"), ("root/v.json", "other/v.json"), ("up/dir/v.json", "dir/v.json")]
    {
        assert_eq!(update(&harness, path).status, Status::Succeeded, "{path}");
        assert_eq!(harness.read(changed), "{\"a\":\"x\"}", "{path}");
    }
    for path in ["outside", "circle", "dir"] {
        assert_eq!(update(&harness, path).status, Status::Errored, "{path}");
    }
    assert_eq!(outside.read("v.json"), "{\"a\":1}");
}

#[test]
fn long_files_are_refused() {
    let harness = Harness::new().file("v.json", vec![b' '; (32 << 20) + 1]);
    let outcome = update(&harness, "v.json");
    assert_eq!(outcome.status, Status::Errored);
    assert!(outcome.message.contains("at most 33554432 are edited"), "{}", outcome.message);
}
