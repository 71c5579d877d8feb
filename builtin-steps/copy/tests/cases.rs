//! The golden cases of the step, its published schema, and what golden cases cannot say: links, permissions, empty directories.

use std::fs::Permissions;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use serde_json::{Value, json};
use windlass_step::testing::{Harness, assert_schema, replay_cases};
use windlass_step::{Fault, Outcome, Status};
use windlass_step_copy::Copy;

#[test]
fn cases_come_out_as_recorded() {
    replay_cases::<Copy>(&Path::new(env!("CARGO_MANIFEST_DIR")).join("cases"));
}

#[test]
fn the_published_schema_is_the_codes() {
    assert_schema::<Copy>(include_str!("../schema.json"));
}

fn copy(harness: &Harness, from: &str, to: &str, more: &Value) -> Outcome {
    let mut config = json!({ "inPath": from, "outPath": to });
    for (name, value) in more.as_object().into_iter().flatten() {
        config[name] = value.clone();
    }
    harness.run::<Copy>(config)
}

fn succeeds(harness: &Harness, from: &str, to: &str) {
    let outcome = copy(harness, from, to, &json!({}));
    assert_eq!(outcome.status, Status::Succeeded, "{}", outcome.message);
}

fn errs(harness: &Harness, from: &str, to: &str) -> String {
    let outcome = copy(harness, from, to, &json!({}));
    assert_eq!((outcome.status, outcome.fault), (Status::Errored, Some(Fault::Retryable)));
    outcome.message
}

fn paths(harness: &Harness) -> Vec<String> {
    harness.files().into_keys().collect()
}

fn link(harness: &Harness, target: impl AsRef<Path>, link: &str) {
    symlink(target, harness.work_dir().join(link)).expect("a link can be made");
}

#[test]
fn files_keep_their_permissions() {
    let harness = Harness::new().file("src/run", "new").file("src/a/secret", "").file("dst/run", "old");
    for (path, bits) in [("src/run", 0o755), ("src/a/secret", 0o600)] {
        std::fs::set_permissions(harness.work_dir().join(path), Permissions::from_mode(bits)).unwrap();
    }
    succeeds(&harness, "src", "dst");
    succeeds(&harness, "src/run", "alone");
    let mode = |path: &str| harness.work_dir().join(path).metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(["dst/run", "dst/a/secret", "alone"].map(mode), [0o755, 0o600, 0o755]);
    assert_eq!(harness.read("dst/run"), "new");
}

#[test]
fn many_files_keep_their_permissions() {
    let harness = (0..1100).fold(Harness::new(), |harness, n| harness.file(&format!("src/{n}"), ""));
    for entry in std::fs::read_dir(harness.work_dir().join("src")).unwrap() {
        std::fs::set_permissions(entry.unwrap().path(), Permissions::from_mode(0o640)).unwrap();
    }
    succeeds(&harness, "src", "dst");
    let copies: Vec<u32> = std::fs::read_dir(harness.work_dir().join("dst"))
        .unwrap()
        .map(|entry| entry.unwrap().metadata().unwrap().permissions().mode() & 0o777)
        .collect();
    assert_eq!(copies, vec![0o640; 1100]);
}

#[test]
fn links_are_not_copied() {
    let harness = Harness::new().file("src/a", "a").file("other/b", "b");
    for (target, name) in
        [("a", "src/file"), ("../other", "src/dir"), ("nowhere", "src/gone"), ("/etc", "src/etc")]
    {
        link(&harness, target, name);
    }
    succeeds(&harness, "src", "dst");
    let copied = std::fs::read_dir(harness.work_dir().join("dst")).unwrap();
    let names: Vec<String> = copied.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(names, ["a"]);
}

#[test]
fn links_on_the_way_stay_within_the_work_directory() {
    let harness = Harness::new().file("src/a", "a").file("etc/passwd", "ours");
    for (target, name) in [("/", "root"), ("../../..", "up"), ("/src", "down")] {
        link(&harness, target, name);
    }
    succeeds(&harness, "root/etc/passwd", "one");
    succeeds(&harness, "up/etc/passwd", "down/two");
    assert_eq!(harness.read("one"), "ours");
    assert_eq!(harness.read("src/two"), "ours");
    link(&harness, "circle", "circle");
    assert!(errs(&harness, "circle", "three").contains("could not secure join inPath \"circle\""));
    assert!(errs(&harness, "src", "circle/x").contains("could not secure join outPath \"circle/x\""));
}

#[test]
fn empty_directories_are_copied() {
    let harness = Harness::new();
    std::fs::create_dir_all(harness.work_dir().join("src/a/b")).unwrap();
    succeeds(&harness, "src", "x/dst");
    assert!(harness.work_dir().join("x/dst/a/b").is_dir());
}

#[test]
fn what_belongs_to_git_is_left_out() {
    let harness =
        Harness::new().file("src/.git/config", "").file("src/a/.git", "").file("src/.gitignore", "");
    succeeds(&harness, "src", "dst");
    assert!(harness.work_dir().join("dst/a").is_dir());
    let copied: Vec<String> = paths(&harness).into_iter().filter(|path| path.starts_with("dst/")).collect();
    assert_eq!(copied, ["dst/.gitignore"]);
    let outcome = copy(&harness, "src", "all", &json!({ "ignore": "!.git" }));
    assert_eq!(outcome.status, Status::Succeeded);
    assert!(harness.work_dir().join("all/.git/config").is_file());
    // A file that is asked for by its name is copied, whatever it is called.
    succeeds(&harness, "src/a/.git", "mark");
    assert!(harness.work_dir().join("mark").is_file());
}

#[test]
fn nothing_is_copied_into_itself() {
    let harness = Harness::new().file("src/a", "a").file("src/b/c", "c");
    let before = harness.files();
    for (from, to) in [("src", "src/copy"), ("src", "src/b/x"), (".", "copy"), ("src", "src/b")] {
        let message = errs(&harness, from, to);
        assert!(message.contains("into itself"), "{message}");
    }
    // What is copied onto itself is not emptied.
    succeeds(&harness, "src", "src");
    succeeds(&harness, "src/a", "./src/../src/a");
    succeeds(&harness, ".", ".");
    assert_eq!(harness.files(), before);
}

#[test]
fn a_copy_that_is_left_out_may_lie_within() {
    let harness = Harness::new().file("a", "a").file("out/old", "old");
    let outcome = copy(&harness, ".", "out/new", &json!({ "ignore": "/out/" }));
    assert_eq!(outcome.status, Status::Succeeded, "{}", outcome.message);
    assert_eq!(paths(&harness), ["a", "out/new/a", "out/old"]);
}

#[test]
fn links_in_the_place_of_the_copy_do_not_empty_what_is_copied() {
    let harness = Harness::new().file("src/a", "a").file("src/d/b", "b").file("dst/x", "x");
    link(&harness, "../src/a", "dst/a");
    link(&harness, "../src/d", "dst/d");
    succeeds(&harness, "src", "dst");
    assert_eq!(harness.read("src/a"), "a");
    assert_eq!(harness.read("src/d/b"), "b");
}

#[test]
fn files_are_written_through_links_within_the_work_directory() {
    let harness = Harness::new().file("src/a", "new").file("dst/x", "").file("meant", "old");
    link(&harness, "../meant", "dst/a");
    succeeds(&harness, "src", "dst");
    assert_eq!(harness.read("meant"), "new");
}

#[test]
fn what_cannot_be_copied_is_an_error() {
    let harness = Harness::new().file("src/a", "").file("dir/b", "").file("file", "");
    for (from, to) in
        [("none", "x"), ("file", "dir"), ("dir", "file"), ("src", "file/x"), ("file/x", "y"), ("src", "a\0b")]
    {
        errs(&harness, from, to);
    }
    assert_eq!(paths(&harness), ["dir/b", "file", "src/a"]);
}
