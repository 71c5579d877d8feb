//! The golden cases of the step, its published schema, and what golden cases cannot say: permissions and links.

use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use serde_json::{Value, json};
use windlass_step::testing::{Harness, assert_schema, replay_cases};
use windlass_step::{Fault, Outcome, Status};
use windlass_step_file_write::FileWrite;

#[test]
fn cases_come_out_as_recorded() {
    replay_cases::<FileWrite>(&Path::new(env!("CARGO_MANIFEST_DIR")).join("cases"));
}

#[test]
fn the_published_schema_is_the_codes() {
    assert_schema::<FileWrite>(include_str!("../schema.json"));
}

fn mode(harness: &Harness, path: &str) -> u32 {
    harness.work_dir().join(path).symlink_metadata().expect("the file is there").permissions().mode() & 0o777
}

fn write(harness: &Harness, path: &str, more: &Value) -> Outcome {
    let mut config = json!({ "path": path, "contents": "new" });
    for (name, value) in more.as_object().into_iter().flatten() {
        config[name] = value.clone();
    }
    harness.run::<FileWrite>(config)
}

#[test]
fn permissions_are_those_asked_for() {
    let harness = Harness::new().file("old", "old");
    for (path, more, wanted) in [
        ("new", json!({}), 0o600),
        ("open", json!({ "permissions": "0644" }), 0o644),
        ("group", json!({ "permissions": "0660" }), 0o660),
        ("none", json!({ "permissions": "0000" }), 0),
        ("old", json!({ "permissions": "0640", "overwrite": true }), 0o640),
    ] {
        assert_eq!(write(&harness, path, &more).status, Status::Succeeded, "{path}");
        assert_eq!(mode(&harness, path), wanted, "{path}");
    }
    assert_eq!(harness.read("old"), "new");
}

#[test]
fn nothing_is_written_through_links() {
    let outside = Harness::new().file("victim", "untouched");
    for (target, link, path) in [
        ("other", "link", "link"),
        ("nowhere", "dangling", "dangling"),
        ("dir", "link", "link/file"),
        ("dir/deep", "link", "link/../file"),
        ("circle", "circle", "circle/file"),
        ("..", "up", "up/file"),
        ("VICTIM", "link", "link"),
        ("OUTSIDE", "link", "link/victim"),
    ] {
        let harness = Harness::new().file("other", "untouched").file("dir/deep/file", "untouched");
        let target = target
            .replace("VICTIM", &outside.work_dir().join("victim").to_string_lossy())
            .replace("OUTSIDE", &outside.work_dir().to_string_lossy());
        symlink(target, harness.work_dir().join(link)).unwrap();
        let before = harness.files();
        let outcome = write(&harness, path, &json!({ "overwrite": true }));
        assert_eq!(outcome.status, Status::Failed, "{path}");
        assert_eq!(outcome.fault, Some(Fault::Terminal), "{path}");
        assert_eq!(harness.files(), before, "{path}");
    }
    assert_eq!(outside.read("victim"), "untouched");
}

#[test]
fn a_directory_is_not_replaced() {
    let harness = Harness::new().file("dir/kept", "kept");
    for (path, more, status) in [
        ("dir", json!({}), Status::Failed),
        (".", json!({}), Status::Failed),
        ("dir", json!({ "overwrite": true }), Status::Errored),
        (".", json!({ "overwrite": true }), Status::Errored),
    ] {
        assert_eq!(write(&harness, path, &more).status, status, "{path}");
    }
    assert_eq!(harness.read("dir/kept"), "kept");
}

#[test]
fn the_mark_of_a_worktree_is_not_replaced() {
    let harness = Harness::new().file("src/.git", "mark");
    let outcome = write(&harness, "src/.git", &json!({ "overwrite": true }));
    assert_eq!((outcome.status, outcome.fault), (Status::Failed, Some(Fault::Terminal)));
    assert_eq!(harness.read("src/.git"), "mark");
}

#[test]
fn names_that_no_file_can_have_are_errors() {
    let harness = Harness::new();
    for path in ["a\0b", &"long".repeat(100)] {
        let outcome = write(&harness, path, &json!({}));
        assert!(matches!(outcome.status, Status::Failed | Status::Errored), "{path:?}");
    }
    assert!(harness.files().is_empty());
}
