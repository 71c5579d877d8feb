//! The golden cases of the step, its published schema, and what the archives hold.

use std::fs::Permissions;
use std::io::Read as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use serde_json::{Value, json};
use windlass_step::testing::{Harness, assert_schema, replay_cases};
use windlass_step::{Fault, Outcome, Status};
use windlass_step_tar::Tar;

#[test]
fn cases_come_out_as_recorded() {
    replay_cases::<Tar>(&Path::new(env!("CARGO_MANIFEST_DIR")).join("cases"));
}

#[test]
fn the_published_schema_is_the_codes() {
    assert_schema::<Tar>(include_str!("../schema.json"));
}

fn tar(harness: &Harness, more: &Value) -> Outcome {
    let mut config = json!({ "inPath": "src", "outPath": "out.tar" });
    for (name, value) in more.as_object().into_iter().flatten() {
        config[name] = value.clone();
    }
    harness.run::<Tar>(config)
}

fn succeeds(harness: &Harness, more: &Value) -> Vec<String> {
    let outcome = tar(harness, more);
    assert_eq!(outcome.status, Status::Succeeded, "{}", outcome.message);
    entries(&std::fs::read(harness.work_dir().join("out.tar")).expect("the archive is there"))
}

fn errs(harness: &Harness, more: &Value) -> String {
    let before = harness.files();
    let outcome = tar(harness, more);
    assert_eq!((outcome.status, outcome.fault), (Status::Errored, Some(Fault::Retryable)), "{more}");
    assert_eq!(harness.files(), before, "{more}");
    outcome.message
}

/// The entries of an archive: `name mode content`, for links `name mode -> target`.
fn entries(archive: &[u8]) -> Vec<String> {
    let mut archive = tar::Archive::new(archive);
    let entries = archive.entries().expect("it is an archive");
    let described = |entry: std::io::Result<tar::Entry<'_, &[u8]>>| {
        let mut entry = entry.expect("it is an entry");
        let header = entry.header();
        let of_nobody = (header.uid().ok(), header.gid().ok(), header.mtime().ok());
        assert_eq!(of_nobody, (Some(0), Some(0), Some(0)));
        let mode = header.mode().expect("it has a mode");
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let end = match entry.link_name_bytes() {
            Some(target) => format!("-> {}", String::from_utf8_lossy(&target)),
            None => {
                let mut content = String::new();
                entry.read_to_string(&mut content).expect("it has content");
                content
            }
        };
        format!("{name} {mode:o} {end}").trim_end().to_owned()
    };
    entries.map(described).collect()
}

fn tree() -> Harness {
    let files = ["a", "b/x", "b/y/z", "b.txt", ".git/config", "b/.git", ".gitignore"];
    files.iter().fold(Harness::new(), |harness, path| harness.file(&format!("src/{path}"), path))
}

#[test]
fn everything_is_archived_in_order() {
    let harness = tree();
    std::fs::create_dir(harness.work_dir().join("src/c")).unwrap();
    let permissions = Permissions::from_mode(0o755);
    std::fs::set_permissions(harness.work_dir().join("src/a"), permissions).unwrap();
    assert_eq!(
        succeeds(&harness, &json!({})),
        [
            ".gitignore 644 .gitignore",
            "a 755 a",
            "b/ 755",
            "b/x 644 b/x",
            "b/y/ 755",
            "b/y/z 644 b/y/z",
            "b.txt 644 b.txt",
            "c/ 755"
        ]
    );
}

#[test]
fn rules_take_the_place_of_the_one_for_git() {
    assert_eq!(
        succeeds(&tree(), &json!({ "ignore": "# no y\n  b/y/ \n*.txt\n.gitignore" })),
        [".git/ 755", ".git/config 644 .git/config", "a 644 a", "b/ 755", "b/.git 644 b/.git", "b/x 644 b/x"]
    );
    assert_eq!(succeeds(&tree(), &json!({ "ignore": "*\n!b\n.git\ny/" })), ["b/ 755", "b/x 644 b/x"]);
    assert_eq!(succeeds(&tree(), &json!({ "ignore": "*" })), [""; 0]);
}

#[test]
fn a_single_file_is_archived() {
    assert_eq!(succeeds(&tree(), &json!({ "inPath": "src/b/x" })), ["x 644 b/x"]);
    assert_eq!(succeeds(&tree(), &json!({ "inPath": "src/b/x", "ignore": "x" })), [""; 0]);
    assert_eq!(succeeds(&tree(), &json!({ "inPath": "src/b/.git" })), [""; 0]);
}

#[test]
fn links_are_archived_and_not_followed() {
    let outside = Harness::new().file("secret", "hunter2");
    let harness = Harness::new().file("src/a", "a");
    let long = "t".repeat(120);
    let secret = outside.work_dir().join("secret");
    for (target, name) in
        [("a", "l1"), ("./../src//a", "l2"), ("/etc/passwd", "l3"), (long.as_str(), "l4"), ("missing", "l5")]
    {
        symlink(target, harness.work_dir().join("src").join(name)).unwrap();
    }
    symlink(outside.work_dir(), harness.work_dir().join("src/l6")).unwrap();
    symlink(&secret, harness.work_dir().join("direct")).unwrap();
    let found = succeeds(&harness, &json!({}));
    assert_eq!(found[..4], ["a 644 a", "l1 777 -> a", "l2 777 -> ./../src//a", "l3 777 -> /etc/passwd"]);
    assert_eq!(found[4..6], [format!("l4 777 -> {long}"), "l5 777 -> missing".to_owned()]);
    assert_eq!(found.len(), 7);
    assert!(!found.iter().any(|entry| entry.contains("hunter2")));
    assert!(errs(&harness, &json!({ "inPath": "direct" })).contains("does not exist"));
}

#[test]
fn paths_stay_in_the_work_directory() {
    let harness = Harness::new().file("etc/passwd", "ours");
    symlink("/etc", harness.work_dir().join("link")).unwrap();
    let config = json!({ "inPath": "../../link/passwd", "outPath": "/../link/out.tar" });
    assert_eq!(tar(&harness, &config).status, Status::Succeeded);
    assert_eq!(entries(&std::fs::read(harness.work_dir().join("etc/out.tar")).unwrap()), ["passwd 644 ours"]);
}

#[test]
fn the_same_files_make_the_same_archive() {
    for gzip in [false, true] {
        let made: Vec<Vec<u8>> = (0..2)
            .map(|_| {
                let harness = tree();
                assert_eq!(tar(&harness, &json!({ "gzip": gzip })).status, Status::Succeeded);
                std::fs::read(harness.work_dir().join("out.tar")).unwrap()
            })
            .collect();
        assert_eq!(made[0], made[1]);
        assert_eq!(made[0].starts_with(&[0x1f, 0x8b]), gzip);
    }
}

#[test]
fn gzip_compresses_what_would_be_written_otherwise() {
    let harness = tree();
    let plain = succeeds(&harness, &json!({}));
    assert_eq!(tar(&harness, &json!({ "gzip": true })).status, Status::Succeeded);
    let mut archive = Vec::new();
    let compressed = std::fs::read(harness.work_dir().join("out.tar")).unwrap();
    MultiGzDecoder::new(compressed.as_slice()).read_to_end(&mut archive).unwrap();
    assert_eq!(entries(&archive), plain);
}

#[test]
fn long_names_are_archived() {
    let name = format!("{}/{}", "d".repeat(150), "f".repeat(150));
    let harness = Harness::new().file(&format!("src/{name}"), "x");
    assert_eq!(succeeds(&harness, &json!({}))[1], format!("{name} 644 x"));
}

#[test]
fn an_archive_is_not_put_into_itself() {
    for (config, is_in) in [
        (json!({ "outPath": "src/out.tar" }), true),
        (json!({ "outPath": "src/new/out.tar" }), true),
        (json!({ "inPath": ".", "outPath": "out.tar" }), true),
        (json!({ "inPath": "src/a", "outPath": "src/a" }), true),
        (json!({ "inPath": ".", "outPath": "out.tar", "ignore": "/out.tar" }), false),
        (json!({ "inPath": ".", "outPath": "src/out.tar", "ignore": "src" }), false),
        (json!({ "inPath": "src/a", "outPath": "src/out.tar" }), false),
    ] {
        if is_in {
            assert!(errs(&tree(), &config).contains("it would hold itself"), "{config}");
            continue;
        }
        let harness = tree();
        assert_eq!(tar(&harness, &config).status, Status::Succeeded, "{config}");
        let archive = harness.work_dir().join(config["outPath"].as_str().unwrap());
        let found = entries(&std::fs::read(archive).unwrap());
        assert!(!found.iter().any(|entry| entry.contains("out.tar")), "{found:?}");
    }
}

#[test]
fn what_is_there_is_replaced_only_if_all_went_well() {
    let harness = tree().file("out.tar", "old").file("file", "").file("dir/x", "");
    for config in [
        json!({ "inPath": "none" }),
        json!({ "inPath": "file/x" }),
        json!({ "outPath": "dir" }),
        json!({ "outPath": "." }),
        json!({ "outPath": "file/out.tar" }),
        json!({ "outPath": "a\0b" }),
    ] {
        errs(&harness, &config);
    }
    assert_eq!(succeeds(&harness, &json!({ "inPath": "src/a" })), ["a 644 a"]);
}

#[test]
fn what_is_too_large_is_not_archived() {
    let harness = Harness::new();
    std::fs::create_dir(harness.work_dir().join("src")).unwrap();
    // Files with nothing in them take no room.
    let grow = |name: &str, len: u64| {
        std::fs::File::create(harness.work_dir().join("src").join(name)).unwrap().set_len(len).unwrap();
    };
    grow("a", (50 << 20) + 1);
    assert!(
        errs(&harness, &json!({})).contains("exceeds the maximum allowed single file size (52428800 bytes)")
    );
    ["a", "b", "c"].iter().for_each(|name| grow(name, 40 << 20));
    assert!(
        errs(&harness, &json!({ "gzip": true }))
            .contains("exceeds the maximum allowed size (104857600 bytes)")
    );
    assert_eq!(tar(&harness, &json!({ "gzip": true, "ignore": "c" })).status, Status::Succeeded);
}
