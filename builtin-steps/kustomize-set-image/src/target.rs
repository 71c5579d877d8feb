//! Finding and reading the kustomization file of a directory.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use windlass_step::Context;

/// The names that Kustomize knows.
const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// How large a file may be, in bytes: far more than anybody writes, and what reading it takes fits into the memory of a
/// step.
const MAX_BYTES: u64 = 4 << 20;

/// The kustomization file of a directory of the work directory. Links are none.
pub(crate) fn find(context: &Context, path: &str) -> Result<PathBuf, String> {
    let dir = context.resolve(path).map_err(|error| format!("path {path:?}: {error}"))?;
    let is_file = |name: &&str| {
        std::fs::symlink_metadata(dir.join(name)).is_ok_and(|metadata| metadata.file_type().is_file())
    };
    let found: Vec<&str> = NAMES.into_iter().filter(is_file).collect();
    match found.as_slice() {
        [] => Err(format!(
            "could not find any Kustomization files in {path:?}; it must be one of {}",
            NAMES.join(", ")
        )),
        [name] => Ok(dir.join(name)),
        several => Err(format!(
            "ambiguous result: found multiple Kustomization files in {path:?}: {}; leave one of them",
            several.join(", ")
        )),
    }
}

/// The text of a file. One that is too large is not read.
pub(crate) fn read(file: &Path) -> io::Result<String> {
    let size = file.metadata()?.len();
    if size > MAX_BYTES {
        return Err(io::Error::other(format!("it has {size} bytes, and {MAX_BYTES} are allowed")));
    }
    let mut text = String::new();
    File::open(file)?.take(MAX_BYTES).read_to_string(&mut text).map_err(|error| match error.kind() {
        io::ErrorKind::InvalidData => io::Error::other("it is not UTF-8 text"),
        _ => error,
    })?;
    Ok(text)
}
