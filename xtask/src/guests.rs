//! Builds the guests of the tests: steps in Go and C.

use crate::Failed;
use crate::command::{Run, say};
use crate::setup::setup_c;
use crate::{go, workspace};

/// Builds whatever is out of date.
pub(crate) fn build() -> Result<(), Failed> {
    let guests = workspace::root().join("tests/guests");
    let into = workspace::target().join("test-guests");
    std::fs::create_dir_all(&into).map_err(|e| format!("{}: {e}", into.display()))?;
    let go_http = into.join("go-http.wasm");
    if !workspace::is_newer(&go_http, &[guests.join("go-http")]) {
        say("guests: building go-http");
        go::build(&guests.join("go-http"), go::Link::Command, &go_http)?;
    }
    let c_http = into.join("c-http.wasm");
    if !workspace::is_newer(&c_http, &[guests.join("c-http")]) {
        say("guests: building c-http");
        Run::new(setup_c()?)
            .dir(guests.join("c-http"))
            .args(["--target=wasm32-wasi", "-std=c17", "-O2", "-Wall", "-Wextra", "-fuse-ld=lld"])
            .args(["-Wl,--strip-all", "main.c", "-o"])
            .arg(&c_http)
            .run()?;
    }
    let finished = into.join("steps");
    for (name, wasm) in [("go-http", &go_http), ("c-http", &c_http)] {
        Run::new(workspace::windlass())
            .args(["step", "build"])
            .arg(wasm)
            .arg("--manifest")
            .arg(guests.join(name).join("step.toml"))
            .arg("--into")
            .arg(&finished)
            .run()?;
    }
    Ok(())
}
