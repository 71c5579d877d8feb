//! Directories of files, as tests fill and compare them.

use std::collections::BTreeMap;
use std::path::Path;

/// Writes a file and makes the directories on the way.
///
/// # Panics
/// If it cannot be written.
pub(super) fn write(path: &Path, content: &[u8]) {
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).expect("the directory of a test's file can be made");
    }
    std::fs::write(path, content).expect("a test's file can be written");
}

/// The files beneath a directory, by their paths in it; none if there is no such directory. Links are not followed.
///
/// # Panics
/// If a file cannot be read.
pub(super) fn below(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![(dir.to_owned(), String::new())];
    while let Some((dir, prefix)) = waiting.pop() {
        let Ok(entries) = std::fs::read_dir(&dir) else { continue };
        for entry in entries {
            let entry = entry.expect("a test's directory can be listed");
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            let kind = entry.file_type().expect("the kind of a test's file is known");
            if kind.is_dir() {
                waiting.push((entry.path(), format!("{name}/")));
            } else if kind.is_file() {
                found.insert(name, std::fs::read(entry.path()).expect("a test's file can be read"));
            }
        }
    }
    found
}
