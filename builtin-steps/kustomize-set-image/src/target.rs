//! Finding the kustomization file of a directory.

use std::path::PathBuf;

use windlass_step::Context;

/// The names that Kustomize knows.
const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// The kustomization file of a directory of the work directory. Links are none.
pub(crate) fn find(context: &Context, path: &str) -> Result<PathBuf, String> {
    let dir = context.path(path);
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
