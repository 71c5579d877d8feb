//! The golden cases of the step, its published schema, and what golden cases cannot say: links and long files.

use std::os::unix::fs::symlink;
use std::path::Path;

use serde_json::json;
use windlass_step::testing::{Harness, assert_schema, replay_cases};
use windlass_step::{Outcome, Status};
use windlass_step_yaml_update::YamlUpdate;

#[test]
fn cases_come_out_as_recorded() {
    replay_cases::<YamlUpdate>(&Path::new(env!("CARGO_MANIFEST_DIR")).join("cases"));
}

#[test]
fn the_published_schema_is_the_codes() {
    assert_schema::<YamlUpdate>(include_str!("../schema.json"));
}

fn update(harness: &Harness, path: &str) -> Outcome {
    harness.run::<YamlUpdate>(json!({ "path": path, "updates": [{ "key": "a", "value": "x" }] }))
}

#[test]
fn links_stay_in_the_work_directory() {
    let outside = Harness::new().file("v.yaml", "a: 1\n");
    let harness = Harness::new().file("dir/v.yaml", "a: 1\n").file("other/v.yaml", "a: 1\n");
    let link = |target: &Path, name: &str| symlink(target, harness.work_dir().join(name)).unwrap();
    link(Path::new("dir/v.yaml"), "inside");
    link(Path::new("/other"), "root");
    link(Path::new("../../.."), "up");
    link(Path::new("circle"), "circle");
    link(&outside.work_dir().join("v.yaml"), "outside");
    for (path, changed) in
        [("inside", "dir/v.yaml"), ("root/v.yaml", "other/v.yaml"), ("up/dir/v.yaml", "dir/v.yaml")]
    {
        assert_eq!(update(&harness, path).status, Status::Succeeded, "{path}");
        assert_eq!(harness.read(changed), "a: x\n", "{path}");
    }
    for path in ["outside", "circle", "dir"] {
        assert_eq!(update(&harness, path).status, Status::Errored, "{path}");
    }
    assert_eq!(outside.read("v.yaml"), "a: 1\n");
}

#[test]
fn long_files_are_refused() {
    let harness = Harness::new().file("v.yaml", vec![b' '; (8 << 20) + 1]);
    let outcome = update(&harness, "v.yaml");
    assert_eq!(outcome.status, Status::Errored);
    assert!(outcome.message.contains("at most 8388608 are edited"), "{}", outcome.message);
}
