//! What the environment says: where things are outside of the data directory, and where this program runs.

#![expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]

use std::net::{IpAddr, SocketAddr};
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

/// The directory of what can be made again, compiled steps among it: `WINDLASS_CACHE`, or the user's cache directory.
pub(crate) fn cache_dir() -> PathBuf {
    if let Some(dir) = std::env::var_os("WINDLASS_CACHE") {
        return dir.into();
    }
    let base = std::env::var_os("XDG_CACHE_HOME").filter(|dir| !dir.is_empty()).map(PathBuf::from);
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    base.or_else(home).unwrap_or_else(std::env::temp_dir).join("windlass")
}

/// What the program was called with, without its own name and the command's.
pub(crate) fn own_arguments() -> Vec<std::ffi::OsString> {
    std::env::args_os().skip(2).collect()
}

/// The server that commands speak to: `WINDLASS_SERVER`.
pub(crate) fn server() -> Option<String> {
    std::env::var("WINDLASS_SERVER").ok().filter(|server| !server.is_empty())
}

/// The project that commands are about: `WINDLASS_PROJECT`.
pub(crate) fn project() -> Option<String> {
    std::env::var("WINDLASS_PROJECT").ok().filter(|project| !project.is_empty())
}

/// The API of the cluster that this program runs in, if any: no step has business there.
pub(crate) fn own_cluster() -> Vec<SocketAddr> {
    let host = std::env::var("KUBERNETES_SERVICE_HOST").ok().and_then(|host| host.parse().ok());
    let port = std::env::var("KUBERNETES_SERVICE_PORT").ok().and_then(|port| port.parse().ok());
    host.map(|host: IpAddr| SocketAddr::new(host, port.unwrap_or(0))).into_iter().collect()
}
