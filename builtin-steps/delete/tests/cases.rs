//! The golden cases of the step, its published schema, and what golden cases cannot say: links and empty directories.

use std::os::unix::fs::symlink;
use std::path::Path;

use serde_json::json;
use windlass_step::testing::{Harness, assert_schema, replay_cases};
use windlass_step::{Fault, Outcome, Status};
use windlass_step_delete::Delete;

#[test]
fn cases_come_out_as_recorded() {
    replay_cases::<Delete>(&Path::new(env!("CARGO_MANIFEST_DIR")).join("cases"));
}

#[test]
fn the_published_schema_is_the_codes() {
    assert_schema::<Delete>(include_str!("../schema.json"));
}

fn delete(harness: &Harness, path: &str) -> Outcome {
    harness.run::<Delete>(json!({ "path": path, "strict": true }))
}

fn delete_fitting(harness: &Harness, pattern: &str) -> Outcome {
    harness.run::<Delete>(json!({ "paths": [pattern], "pathsAreGlobs": true, "strict": true }))
}

fn paths(harness: &Harness) -> Vec<String> {
    harness.files().into_keys().collect()
}

fn link(harness: &Harness, target: impl AsRef<Path>, link: &str) {
    symlink(target, harness.work_dir().join(link)).expect("a link can be made");
}

fn is_there(harness: &Harness, path: &str) -> bool {
    harness.work_dir().join(path).symlink_metadata().is_ok()
}

fn tree() -> Harness {
    let files =
        [".hidden", "a.txt", "b.txt", "dir/c.yaml", "dir/sub/d.yaml", "dir/sub/e.txt", "w[1].txt", "é/x"];
    files.iter().fold(Harness::new(), |harness, path| harness.file(path, ""))
}

#[test]
fn a_link_is_deleted_and_not_what_it_points_to() {
    let outside = tree();
    for (target, name) in [
        (outside.work_dir().to_owned(), "link"),
        ("../..".into(), "link"),
        ("nowhere".into(), "link"),
        ("link".into(), "link"),
        ("a.txt".into(), "dir/link"),
        ("sub".into(), "dir/link"),
        (".".into(), "dir/link"),
    ] {
        for pattern in [None, Some("**/l*k"), Some("{dir/,}lin?")] {
            let harness = tree();
            link(&harness, &target, name);
            let outcome = match pattern {
                None => delete(&harness, name),
                Some(pattern) => delete_fitting(&harness, pattern),
            };
            assert_eq!(outcome.status, Status::Succeeded, "{name}: {}", outcome.message);
            assert!(!is_there(&harness, name));
            assert_eq!(paths(&harness), paths(&tree()));
        }
    }
    assert_eq!(paths(&outside), paths(&tree()));
}

#[test]
fn a_directory_with_links_is_deleted_without_what_they_point_to() {
    let outside = tree();
    let harness = tree();
    link(&harness, outside.work_dir(), "dir/link");
    link(&harness, "../a.txt", "dir/file");
    assert_eq!(delete(&harness, "dir").status, Status::Succeeded);
    assert!(!is_there(&harness, "dir"));
    assert!(is_there(&harness, "a.txt"));
    assert_eq!(paths(&outside), paths(&tree()));
}

#[test]
fn nothing_outside_is_deleted() {
    let outside = tree();
    let harness = tree();
    link(&harness, outside.work_dir(), "out");
    link(&harness, "..", "up");
    link(&harness, "../dir/../..", "dir/up");
    let before = paths(&harness);
    for path in [
        ".",
        "/",
        "./",
        "..",
        "../x",
        "dir/../..",
        "dir/..",
        "/../x",
        "out/a.txt",
        "up/x",
        "dir/up/x",
        "up/../up/x",
    ] {
        let outcome = delete(&harness, path);
        assert_eq!((outcome.status, outcome.fault), (Status::Errored, Some(Fault::Retryable)), "{path}");
        assert!(outcome.message.contains("outside the working directory"), "{path}: {}", outcome.message);
    }
    for pattern in ["**", "**/", "./**", "**/**", "."] {
        let outcome = delete_fitting(&harness, pattern);
        assert!(outcome.message.contains("outside the working directory"), "{pattern}: {}", outcome.message);
    }
    for pattern in
        ["out/*", "up/*", "out/a.txt", "*/a.txt", "../*", "dir/../*", "dir//*", "/*", "./", "a.txt/**"]
    {
        let config = json!({ "path": pattern, "pathsAreGlobs": true });
        assert_eq!(harness.run::<Delete>(config).status, Status::Succeeded, "{pattern}");
    }
    assert_eq!(paths(&harness), before);
    assert_eq!(paths(&outside), paths(&tree()));
}

#[test]
fn links_within_the_work_directory_are_followed() {
    let harness = tree();
    link(&harness, "dir/sub", "short");
    assert_eq!(delete(&harness, "short/d.yaml").status, Status::Succeeded);
    assert!(!is_there(&harness, "dir/sub/d.yaml"));
    assert_eq!(delete_fitting(&harness, "short/*.txt").status, Status::Succeeded);
    assert!(!is_there(&harness, "dir/sub/e.txt"));
    assert!(is_there(&harness, "short"));
}

#[test]
fn links_in_a_circle_come_to_an_end() {
    let harness = tree();
    link(&harness, "one", "two");
    link(&harness, "two", "one");
    link(&harness, "..", "dir/up");
    link(&harness, ".", "dir/here");
    let outcome = delete(&harness, "one/x");
    assert!(outcome.message.contains("too many levels"), "{}", outcome.message);
    assert_eq!(delete_fitting(&harness, "**/*.yaml").status, Status::Succeeded);
    assert!(!is_there(&harness, "dir/c.yaml") && !is_there(&harness, "dir/sub/d.yaml"));
    assert!(is_there(&harness, "dir/here") && is_there(&harness, "a.txt"));
}

#[test]
fn nothing_is_deleted_before_everything_is_found() {
    let harness = tree();
    for config in [
        json!({ "paths": ["a.txt", "none"], "strict": true }),
        json!({ "paths": ["a.txt", "../x"] }),
        json!({ "paths": ["a.txt", "a.txt/x"] }),
        json!({ "paths": ["*.txt", "none*"], "pathsAreGlobs": true, "strict": true }),
        json!({ "paths": ["*.txt", "["], "pathsAreGlobs": true }),
    ] {
        assert_eq!(harness.run::<Delete>(config).status, Status::Errored);
        assert_eq!(paths(&harness), paths(&tree()));
    }
}

#[test]
fn patterns_that_are_none_are_not_tried_again() {
    for pattern in ["[", "[/[^d]*", "a{b", "a\\", "{".repeat(5000).as_str(), "{a,b}".repeat(30).as_str()] {
        let outcome = delete_fitting(&tree(), pattern);
        assert_eq!((outcome.status, outcome.fault), (Status::Errored, Some(Fault::Terminal)), "{pattern:?}");
        assert!(outcome.message.starts_with("invalid glob pattern"), "{}", outcome.message);
    }
}

#[test]
fn patterns_fit_what_they_fit_in_kargo() {
    for (pattern, gone) in [
        ("*", &[".hidden", "a.txt", "b.txt", "dir", "w[1].txt", "é"][..]),
        ("*.txt", &["a.txt", "b.txt", "w[1].txt"]),
        ("./?.txt", &["a.txt", "b.txt"]),
        ("w\\[1\\].txt", &["w[1].txt"]),
        ("[!a].txt", &["b.txt"]),
        ("**/*.yaml", &["dir/c.yaml", "dir/sub/d.yaml"]),
        ("dir/**", &["dir"]),
        ("dir/*/", &["dir/sub"]),
        // Files that are no directories have nothing beneath, and stay.
        ("*/**", &["dir", "é"]),
        ("dir/[^d]*/**", &["dir/sub"]),
        ("dir/*/**/", &["dir/sub"]),
        ("dir/", &["dir"]),
        ("*/x", &["é/x"]),
        ("?/x", &["é/x"]),
        ("{dir/sub,.}*", &["dir/sub", ".hidden"]),
        ("dir/{sub/d,c}.yaml", &["dir/c.yaml", "dir/sub/d.yaml"]),
        ("**/sub/**/e.txt", &["dir/sub/e.txt"]),
        ("{dir,é}/**", &["dir", "é"]),
    ] {
        let harness = tree();
        let outcome = delete_fitting(&harness, pattern);
        assert_eq!(outcome.status, Status::Succeeded, "{pattern}: {}", outcome.message);
        let kept: Vec<String> = paths(&tree())
            .into_iter()
            .filter(|path| !gone.iter().any(|gone| path == gone || path.starts_with(&format!("{gone}/"))))
            .collect();
        assert_eq!(paths(&harness), kept, "{pattern}");
        assert!(gone.iter().all(|path| !is_there(&harness, path)), "{pattern}");
    }
}
