//! The golden cases of the step, its published schema, and archives of all kinds.

mod hostile;
mod making;

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use tar::EntryType;
use windlass_step::testing::{Harness, assert_schema, replay_cases};
use windlass_step::{Fault, Outcome, Status};
use windlass_step_untar::Untar;

use making::{Made, archive, file};

#[test]
fn cases_come_out_as_recorded() {
    replay_cases::<Untar>(&Path::new(env!("CARGO_MANIFEST_DIR")).join("cases"));
}

#[test]
fn the_published_schema_is_the_codes() {
    assert_schema::<Untar>(include_str!("../../schema.json"));
}

fn untar(harness: &Harness, more: &Value) -> Outcome {
    let mut config = json!({ "inPath": "in.tar", "outPath": "dst" });
    for (name, value) in more.as_object().into_iter().flatten() {
        config[name] = value.clone();
    }
    harness.run::<Untar>(config)
}

fn succeeds(harness: &Harness) {
    let outcome = untar(harness, &json!({}));
    assert_eq!(outcome.status, Status::Succeeded, "{}", outcome.message);
}

/// Why an archive is not unpacked. Nothing may be left of it then.
fn errs(archive: &[u8]) -> String {
    let harness = Harness::new().file("in.tar", archive).file("dst/old", "old");
    let before = harness.files();
    let outcome = untar(&harness, &json!({}));
    assert_eq!((outcome.status, outcome.fault), (Status::Errored, Some(Fault::Retryable)));
    assert_eq!(harness.files(), before);
    assert_eq!(names(&harness, ""), ["dst", "in.tar"]);
    outcome.message
}

/// What is in a directory.
fn names(harness: &Harness, dir: &str) -> Vec<String> {
    let entries = std::fs::read_dir(harness.work_dir().join(dir)).expect("the directory is there");
    let name = |entry: std::io::Result<std::fs::DirEntry>| {
        entry.expect("it can be listed").file_name().to_string_lossy().into_owned()
    };
    let mut names: Vec<String> = entries.map(name).collect();
    names.sort();
    names
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(plain).expect("memory can be written");
    encoder.finish().expect("memory can be written")
}

#[test]
fn what_is_there_is_replaced_as_a_whole() {
    let made = archive(&[file("new", "new"), Made::dir("empty/")]);
    let harness = Harness::new().file("in.tar", made).file("dst/old", "old").file("dst/sub/old", "old");
    succeeds(&harness);
    assert_eq!(names(&harness, "dst"), ["empty", "new"]);
    assert_eq!(names(&harness, ""), ["dst", "in.tar"]);
}

#[test]
fn permissions_are_kept_but_for_writing_by_others() {
    let made = archive(&[
        file("run", "").mode(0o755),
        file("secret", "").mode(0o600),
        file("open", "").mode(0o777),
        file("special", "").mode(0o4777),
        // The first one of a name counts.
        file("twice", "first").mode(0o640),
        file("twice", "second").mode(0o755),
    ]);
    let harness = Harness::new().file("in.tar", made);
    succeeds(&harness);
    let mode = |name: &str| {
        let path = harness.work_dir().join("dst").join(name);
        path.symlink_metadata().unwrap().permissions().mode() & 0o7777
    };
    assert_eq!(["run", "secret", "open", "special", "twice"].map(mode), [0o755, 0o600, 0o755, 0o755, 0o640]);
    assert_eq!(harness.read("dst/twice"), "second");
}

#[test]
fn gzip_is_known_by_how_a_file_begins() {
    let made = archive(&[file("a", "a")]);
    // Several streams one after another are one.
    let (start, end) = made.split_at(700);
    let parts = [gzip(start), gzip(end)].concat();
    for compressed in [gzip(&made), parts] {
        let harness = Harness::new().file("in.tar", compressed);
        succeeds(&harness);
        assert_eq!(harness.read("dst/a"), "a");
    }
}

#[test]
fn an_archive_without_an_end_is_whole_if_its_last_entry_is() {
    let whole = archive(&[file("a", "abc")]);
    for len in [515, 1024, 1536, 2048] {
        let harness = Harness::new().file("in.tar", &whole[..len]);
        succeeds(&harness);
        assert_eq!(harness.read("dst/a"), "abc");
    }
}

#[test]
fn long_names_are_unpacked() {
    let long = format!("{}/{}", "d".repeat(150), "f".repeat(150));
    let gnu = archive(&[file(&long, "gnu")]);
    let pax = archive(&[Made::pax(&[("path", long.as_bytes()), ("comment", b"x")]), file("short", "pax")]);
    let sized = archive(&[Made::pax(&[("size", b"3")]), file("sized", "abc").claims(0)]);
    let linked = archive(&[Made::pax(&[("linkpath", b"there")]), Made::link("link", "not/there")]);
    for (made, content) in [(gnu, "gnu"), (pax, "pax")] {
        let harness = Harness::new().file("in.tar", made);
        succeeds(&harness);
        assert_eq!(harness.read(&format!("dst/{long}")), content);
    }
    let harness = Harness::new().file("in.tar", sized);
    succeeds(&harness);
    assert_eq!(harness.read("dst/sized"), "abc");
    let harness = Harness::new().file("in.tar", linked);
    succeeds(&harness);
    assert_eq!(harness.work_dir().join("dst/link").read_link().unwrap(), Path::new("there"));
}

#[test]
fn what_is_no_file_directory_or_link_is_passed_over() {
    let kinds = [
        EntryType::Link,
        EntryType::Char,
        EntryType::Block,
        EntryType::Fifo,
        EntryType::Continuous,
        EntryType::XGlobalHeader,
        EntryType::GNUSparse,
        EntryType::new(b'Z'),
    ];
    let made: Vec<Made> =
        kinds.iter().map(|kind| file("odd", "").kind(*kind)).chain([file("a", "a")]).collect();
    let harness = Harness::new().file("in.tar", archive(&made));
    succeeds(&harness);
    assert_eq!(names(&harness, "dst"), ["a"]);
}

#[test]
fn components_are_stripped_and_a_name_is_ignored() {
    let made = archive(&[
        Made::dir("top/"),
        file("top/a.txt", "a"),
        file("top/sub/a.txt", "a"),
        file("top/sub/b.txt", "b"),
        Made::dir("top/sub/empty/"),
    ]);
    for (config, files) in [
        (json!({ "stripComponents": 1 }), vec!["dst/a.txt", "dst/sub/a.txt", "dst/sub/b.txt"]),
        (json!({ "stripComponents": 1.0, "ignore": "a.txt" }), vec!["dst/sub/b.txt"]),
        (json!({ "stripComponents": 2, "ignore": "empty" }), vec!["dst/a.txt", "dst/b.txt"]),
        (json!({ "stripComponents": 1e300 }), vec![]),
        (json!({ "ignore": "*" }), vec!["dst/top/a.txt", "dst/top/sub/a.txt", "dst/top/sub/b.txt"]),
    ] {
        let harness = Harness::new().file("in.tar", &made);
        assert_eq!(untar(&harness, &config).status, Status::Succeeded, "{config}");
        let unpacked: Vec<String> =
            harness.files().into_keys().filter(|path| path.starts_with("dst/")).collect();
        assert_eq!(unpacked, files, "{config}");
    }
}

#[test]
fn the_archive_may_lie_in_what_is_replaced() {
    let harness = Harness::new().file("dst/in.tar", archive(&[file("a", "a")]));
    let outcome = untar(&harness, &json!({ "inPath": "dst/in.tar" }));
    assert_eq!(outcome.status, Status::Succeeded, "{}", outcome.message);
    assert_eq!(names(&harness, "dst"), ["a"]);
}

#[test]
fn the_work_directory_itself_is_not_replaced() {
    let harness = Harness::new().file("in.tar", archive(&[file("a", "a")])).file("kept", "kept");
    for path in [".", "/", "dst/..", "../.."] {
        let outcome = untar(&harness, &json!({ "outPath": path }));
        assert_eq!(outcome.status, Status::Errored, "{path}");
        assert_eq!(names(&harness, ""), ["in.tar", "kept"]);
    }
}

#[test]
fn a_file_is_not_replaced_by_a_directory() {
    let harness = Harness::new().file("in.tar", archive(&[file("a", "a")])).file("file", "kept");
    for path in ["file", "file/x"] {
        assert_eq!(untar(&harness, &json!({ "outPath": path })).status, Status::Errored, "{path}");
        assert_eq!(names(&harness, ""), ["file", "in.tar"]);
    }
}
