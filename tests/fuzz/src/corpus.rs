//! Where inputs begin: the recorded answers and the examples.

use std::path::{Path, PathBuf};

use serde_json::Value as Json;

/// The root of the project.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

/// Where builds go: this program stands in the directory of its profile there.
pub(crate) fn target_dir() -> PathBuf {
    let own = std::env::current_exe().unwrap_or_default();
    own.ancestors().nth(2).map_or_else(|| root().join("target"), Path::to_owned)
}

/// The cases of a file of recorded answers.
pub(crate) fn cases(file: &str) -> Vec<Json> {
    let path = root().join("tests/vectors").join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// All texts in JSON.
pub(crate) fn texts(json: &Json, found: &mut Vec<Vec<u8>>) {
    match json {
        Json::String(text) => found.push(text.clone().into_bytes()),
        Json::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Json::Object(members) => members.values().for_each(|value| texts(value, found)),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

/// The YAML files below a directory of the project, in the order of their names.
pub(crate) fn yaml_files(dir: &str) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    let mut left = vec![root().join(dir)];
    while let Some(path) = left.pop() {
        if path.is_dir() {
            let entries = std::fs::read_dir(&path).into_iter().flatten().flatten();
            left.extend(entries.map(|entry| entry.path()));
        } else if path.extension().is_some_and(|end| end == "yaml" || end == "yml") {
            found.push(path);
        }
    }
    found.sort();
    found.into_iter().filter_map(|path| std::fs::read(path).ok()).collect()
}
