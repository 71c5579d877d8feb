//! Attempts of the everyday steps, beside the same work done by this process.

use std::fmt::Write as _;
use std::path::Path;

use windlass_tests::{Options, World};

use crate::line::{Line, Target, median, now_micros};
use crate::promotion::promotions_in;

/// Promotions in a row in one process; the first ones warm it up.
const TIMES: usize = 60;
const WARM_UP: usize = 10;

/// What an attempt of each may take, in milliseconds.
const MOST_MS: f64 = 5.0;

/// Files that are copied.
const FILES: usize = 100;

/// Each clones first, since every promotion begins with an empty directory.
const STEPS: [(&str, &str, &str); 4] = [
    (
        "kustomize-set-image",
        "kustomize-set-image-attempt",
        "{ path: ./src/bench, images: [{ image: IMAGE, tag: '${{ ctx.promotion }}' }] }",
    ),
    (
        "yaml-update",
        "yaml-update-attempt",
        "{ path: ./src/bench/values.yaml, updates: [{ key: service50.image.tag, value: '${{ ctx.promotion }}' }] }",
    ),
    (
        "json-update",
        "json-update-attempt",
        "{ path: ./src/bench/data.json, updates: [{ key: service50.image.tag, value: '${{ ctx.promotion }}' }] }",
    ),
    ("copy", "copy-100-files-attempt", "{ inPath: ./src/bench/tree, outPath: ./copy }"),
];

pub(crate) async fn measure() -> Vec<Line> {
    let mut lines = Vec::new();
    for (uses, name, config) in STEPS {
        let steps = format!(
            "- uses: git-clone\n  config: {{ repoURL: REPO, checkout: [{{ branch: main, path: ./src }}] }}\n- uses: {uses}\n  \
             config: {config}\n"
        );
        let world = World::with(Options { steps, files: files(), ..Options::default() }).await;
        let data = fast_dir();
        let (_, step) = promotions_in(&data.path().join("data"), &world, &[], TIMES, WARM_UP, uses).await;
        lines.push(Line { name, value: step / 1e3, unit: "ms", target: Target::AtMost(MOST_MS) });
    }
    lines.push(Line {
        name: "copy-100-files-raw",
        value: copy_raw() / 1e3,
        unit: "ms",
        target: Target::None,
    });
    lines
}

/// Files with a hundred services, and as many files.
fn files() -> Vec<(String, String)> {
    let (mut values, mut data) = (String::from("# what runs where\n"), String::from("{\n"));
    for number in 0..100 {
        let _ = writeln!(
            values,
            "service{number}:\n  image: {{ repository: example.com/{number}, tag: v1 }} # kept up to date\n  replicas: 2"
        );
        let end = if number == 99 { "" } else { "," };
        let _ = writeln!(
            data,
            "  \"service{number}\": {{ \"image\": {{ \"tag\": \"v1\" }}, \"replicas\": 2 }}{end}"
        );
    }
    data.push_str("}\n");
    let mut files = vec![
        ("bench/values.yaml".to_owned(), values),
        ("bench/data.json".to_owned(), data),
        (
            "bench/kustomization.yaml".to_owned(),
            "images: # kept up to date\n- name: web\n  newTag: v1\n".to_owned(),
        ),
    ];
    files.extend(
        (0..FILES).map(|number| {
            (format!("bench/tree/{}/{number}.txt", number % 10), "0123456789abcdef\n".repeat(60))
        }),
    );
    files
}

/// A directory in memory where there is one. ext4 makes files slowly for a minute after many were removed, which promotions
/// in a row do; that says nothing about steps.
fn fast_dir() -> tempfile::TempDir {
    let in_memory = Path::new("/dev/shm");
    let dir = if in_memory.is_dir() { tempfile::tempdir_in(in_memory) } else { tempfile::tempdir() };
    dir.expect("a directory")
}

/// The same files copied by this process, which removes them as promotions do.
fn copy_raw() -> f64 {
    let dir = fast_dir();
    let from = dir.path().join("from");
    for (path, text) in files().into_iter().filter(|(path, _)| path.starts_with("bench/tree/")) {
        let path = from.join(path);
        path.parent().map(std::fs::create_dir_all).expect("a parent").expect("a directory");
        std::fs::write(path, text).expect("a file");
    }
    let times = (0..TIMES).map(|turn| {
        let to = dir.path().join(turn.to_string());
        let start = now_micros();
        copy_tree(&from, &to);
        let took = now_micros() - start;
        // As promotions do with their directories.
        std::fs::remove_dir_all(&to).expect("a directory");
        took
    });
    median(times.collect())
}

fn copy_tree(from: &Path, to: &Path) {
    std::fs::create_dir(to).expect("a directory");
    for entry in std::fs::read_dir(from).expect("a directory").map(|entry| entry.expect("an entry")) {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_tree(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).expect("a copy");
        }
    }
}
