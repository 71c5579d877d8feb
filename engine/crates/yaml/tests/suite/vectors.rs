//! The YAML files of the recorded vectors are read, and their values written and read again.

use std::path::{Path, PathBuf};

use crate::generate;
use windlass_yaml::{KeyOrder, ReadOptions, emit, read, to_json};

fn case_files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the vectors are there")
        .map(|entry| entry.expect("readable").path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            case_files(&path, found);
        } else if path.file_name().is_some_and(|name| name == "case.yaml") {
            found.push(path);
        }
    }
}

#[test]
fn every_case_is_read_and_comes_back() {
    let mut files = Vec::new();
    case_files(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/vectors/steps")), &mut files);
    assert!(files.len() > 300, "only {} cases", files.len());
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a text");
        let documents =
            read(&text, &ReadOptions::strict()).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        assert_eq!(documents.len(), 1, "{}", file.display());
        let value = documents[0].root.to_json().expect("plain data");
        assert!(value["about"].is_string(), "{}", file.display());
        let written = emit(&value, KeyOrder::Kept).expect("not deep");
        let back = to_json(&written).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        assert!(generate::same(&back, &value), "{}\n{written}", file.display());
    }
}
