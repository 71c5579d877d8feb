//! Builds the guests of the tests: steps in Go and C, among them those that mean harm.

mod one_file;

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::command::{Run, say};
use crate::setup::setup_c;
use crate::{Failed, go, workspace};

/// What every guest in C is compiled with.
const C_FLAGS: [&str; 8] = [
    "--target=wasm32-wasi",
    "-std=c17",
    "-D_GNU_SOURCE",
    "-O2",
    "-Wall",
    "-Wextra",
    "-fuse-ld=lld",
    "-Wl,--strip-all",
];

/// Builds whatever is out of date. The built-in steps must have been built: tests run them beside the guests.
pub(crate) fn build() -> Result<(), Failed> {
    let guests = workspace::root().join("tests/guests");
    let go_http = built("go-http");
    if !workspace::is_newer(&go_http, &[guests.join("go-http")]) {
        say("guests: building go-http");
        make_dir(&built_dir())?;
        go::build(&guests.join("go-http"), go::Link::Command, &go_http)?;
    }
    finish(&go_http, &guests.join("go-http/step.toml"), &[guests.join("go-http")])?;
    let c_http = built("c-http");
    if !workspace::is_newer(&c_http, &[guests.join("c-http")]) {
        say("guests: building c-http");
        compile_c(&guests.join("c-http/main.c"), &c_http)?;
    }
    finish(&c_http, &guests.join("c-http/step.toml"), &[guests.join("c-http")])?;
    let header = guests.join("hostile/step.h");
    for dir in ["contract", "hostile"] {
        one_file::build(&guests.join(dir), &header)?;
    }
    native_kustomize()?;
    registry()?;
    add_built_in_steps()
}

/// Builds the registry that tests ask: a program of others, as it is.
fn registry() -> Result<(), Failed> {
    let source = workspace::root().join("tests/registry");
    let program = built_dir().join("registry");
    if workspace::is_newer(&program, std::slice::from_ref(&source)) {
        return Ok(());
    }
    say("guests: building registry");
    make_dir(&built_dir())?;
    Run::new("go")
        .dir(source)
        .env("GOWORK", "off")
        .env("GOFLAGS", "-mod=readonly")
        .args(["build", "-trimpath", "-o"])
        .arg(&program)
        .arg("github.com/google/go-containerregistry/cmd/registry")
        .run()
}

/// Builds what kustomize-build is compared with: the same library, natively.
pub(crate) fn native_kustomize() -> Result<(), Failed> {
    let source = workspace::root().join("builtin-steps/kustomize-build");
    let native = built_dir().join("native-kustomize");
    if workspace::is_newer(&native, std::slice::from_ref(&source)) {
        return Ok(());
    }
    say("guests: building native-kustomize");
    make_dir(&built_dir())?;
    Run::new("go")
        .dir(source.join("native"))
        .env("GOWORK", "off")
        .env("GOFLAGS", "-mod=readonly")
        .args(["build", "-trimpath", "-buildvcs=false", "-o"])
        .arg(&native)
        .arg(".")
        .run()
}

fn built_dir() -> PathBuf {
    workspace::target().join("test-guests")
}

fn built(name: &str) -> PathBuf {
    built_dir().join(format!("{name}.wasm"))
}

/// The guests with their manifests, as the program takes them.
fn finished_dir() -> PathBuf {
    built_dir().join("steps")
}

fn compile_c(source: &Path, wasm: &Path) -> Result<(), Failed> {
    make_dir(&built_dir())?;
    Run::new(setup_c()?).args(C_FLAGS).arg(source).arg("-o").arg(wasm).run()
}

/// Writes the manifest into a binary, unless that has been done since anything of `from` changed.
fn finish(wasm: &Path, manifest: &Path, from: &[PathBuf]) -> Result<(), Failed> {
    let stamp = finished_dir().join(".stamps").join(wasm.file_stem().unwrap_or_default());
    let from: Vec<PathBuf> = from.iter().chain([&wasm.to_owned()]).cloned().collect();
    if workspace::is_newer(&stamp, &from) {
        return Ok(());
    }
    Run::new(workspace::windlass())
        .args(["step", "build"])
        .arg(wasm)
        .arg("--manifest")
        .arg(manifest)
        .arg("--into")
        .arg(finished_dir())
        .run()?;
    make_dir(&finished_dir().join(".stamps"))?;
    write(&stamp, b"")
}

/// Enters the built-in steps into the guests' index; their binaries stay where they are.
fn add_built_in_steps() -> Result<(), Failed> {
    let built_in = read_index(&workspace::steps())?;
    let mut guests = read_index(&finished_dir())?;
    let (Some(from), Some(into)) = (built_in["steps"].as_object(), guests["steps"].as_object_mut()) else {
        return Err("an index of steps has no steps".to_owned());
    };
    for (name, entry) in from {
        let mut entry = entry.clone();
        entry["file"] = format!("../../steps/{}", entry["file"].as_str().unwrap_or_default()).into();
        into.insert(name.clone(), entry);
    }
    let index = finished_dir().join("index.json");
    write(&index, format!("{guests:#}").as_bytes())
}

fn read_index(dir: &Path) -> Result<Value, Failed> {
    let path = dir.join("index.json");
    let failed =
        |e: &dyn std::fmt::Display| format!("{}: {e}; run `cargo xtask steps` first", path.display());
    serde_json::from_slice(&std::fs::read(&path).map_err(|e| failed(&e))?).map_err(|e| failed(&e))
}

fn make_dir(dir: &Path) -> Result<(), Failed> {
    std::fs::create_dir_all(dir).map_err(|e| format!("{}: {e}", dir.display()))
}

fn write(path: &Path, content: &[u8]) -> Result<(), Failed> {
    std::fs::write(path, content).map_err(|e| format!("{}: {e}", path.display()))
}
