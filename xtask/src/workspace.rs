//! Where things are in the workspace.

use std::path::{Path, PathBuf};

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a directory of the workspace").to_owned()
}

/// Where builds go.
pub(crate) fn target() -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "cargo's own setting")]
    let set = std::env::var_os("CARGO_TARGET_DIR");
    set.map_or_else(|| root().join("target"), PathBuf::from)
}

/// The built-in steps, where the program looks for them.
pub(crate) fn steps() -> PathBuf {
    target().join("steps")
}

/// The program as `cargo build` makes it.
pub(crate) fn windlass() -> PathBuf {
    built("windlass")
}

/// A program of the workspace as `cargo build` makes it.
pub(crate) fn built(program: &str) -> PathBuf {
    target().join("debug").join(program)
}

/// Tools that `cargo xtask setup` installs.
pub(crate) fn tools() -> PathBuf {
    target().join("tools")
}

/// Whether `made` is there and newer than everything of `from`, directories looked into.
pub(crate) fn is_newer(made: &Path, from: &[PathBuf]) -> bool {
    let Some(made) = modified(made) else { return false };
    from.iter().all(|path| newest(path).is_some_and(|time| time <= made))
}

fn modified(path: &Path) -> Option<std::time::SystemTime> {
    std::fs::metadata(path).ok()?.modified().ok()
}

fn newest(path: &Path) -> Option<std::time::SystemTime> {
    let own = modified(path)?;
    let Ok(entries) = std::fs::read_dir(path) else { return Some(own) };
    entries.flatten().map(|entry| newest(&entry.path())).try_fold(own, |newest, time| Some(newest.max(time?)))
}
