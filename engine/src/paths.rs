//! Where things are outside of the data directory.

use std::path::PathBuf;

/// The directory of the built-in steps: `WINDLASS_STEPS`, or `steps` beside the directory of the program, where
/// `cargo xtask steps` puts them.
pub(crate) fn steps_dir() -> PathBuf {
    if let Some(dir) = std::env::var_os("WINDLASS_STEPS") {
        return dir.into();
    }
    let beside = |exe: PathBuf| Some(exe.parent()?.parent()?.join("steps"));
    std::env::current_exe().ok().and_then(beside).unwrap_or_else(|| PathBuf::from("steps"))
}

/// The directory of compiled steps: `WINDLASS_CACHE`, or the user's cache directory.
pub(crate) fn code_cache_dir() -> PathBuf {
    if let Some(dir) = std::env::var_os("WINDLASS_CACHE") {
        return dir.into();
    }
    let base = std::env::var_os("XDG_CACHE_HOME").filter(|dir| !dir.is_empty()).map(PathBuf::from);
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    base.or_else(home).unwrap_or_else(std::env::temp_dir).join("windlass")
}
