//! Builds the program, then the built-in steps: their binaries, with manifests written by the program itself.

use std::path::{Path, PathBuf};

use crate::Failed;
use crate::command::{Run, say};
use crate::setup::setup;
use crate::toolchain::Toolchain;
use crate::{go, workspace};

/// In Go.
const IN_GO: [&str; 2] = ["kustomize-build", "yaml-merge"];

/// Builds whatever is out of date.
pub(crate) fn build() -> Result<(), Failed> {
    build_some(&[])
}

/// Builds whatever is out of date of the steps with these names; of all if there are none.
pub(crate) fn build_some(names: &[String]) -> Result<(), Failed> {
    let in_rust = steps_in_rust()?;
    let is_known = |name: &String| IN_GO.contains(&name.as_str()) || in_rust.contains(name);
    if let Some(name) = names.iter().find(|name| !is_known(name)) {
        return Err(format!("there is no built-in step {name}"));
    }
    let is_wanted = |name: &str| names.is_empty() || names.iter().any(|wanted| wanted == name);
    let toolchain = setup()?;
    say("steps: building the program");
    Run::new("cargo").dir(workspace::root()).args(["build", "--package", "windlass"]).run()?;
    let rust: Vec<String> = in_rust.into_iter().filter(|name| is_wanted(name)).collect();
    if !rust.is_empty() {
        say("steps: building those in Rust");
        let packages = rust.iter().flat_map(|name| ["-p".to_owned(), format!("windlass-step-{name}")]);
        toolchain.cargo_build().args(packages).run()?;
    }
    for name in rust {
        let wasm = Toolchain::built().join(format!("windlass_step_{}.wasm", name.replace('-', "_")));
        finish(&name, &wasm)?;
    }
    IN_GO.into_iter().filter(|name| is_wanted(name)).try_for_each(build_go)
}

/// The steps in Rust: every directory of steps that is a package.
fn steps_in_rust() -> Result<Vec<String>, Failed> {
    let dir = workspace::root().join("builtin-steps");
    let entries = std::fs::read_dir(&dir).map_err(|e| format!("{}: {e}", dir.display()))?;
    let packages = entries.flatten().filter(|entry| entry.path().join("Cargo.toml").exists());
    let mut names: Vec<String> = packages.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    Ok(names)
}

/// Writes the manifest into a binary and puts it where the program finds it.
fn finish(name: &str, wasm: &Path) -> Result<(), Failed> {
    let source = workspace::root().join("builtin-steps").join(name);
    let stamp = workspace::steps().join(".stamps").join(name);
    let from = [wasm.to_owned(), source.join("step.toml"), source.join("schema.json")];
    if workspace::is_newer(&stamp, &from) {
        return Ok(());
    }
    let built = Run::new(workspace::windlass())
        .args(["step", "build"])
        .arg(wasm)
        .arg("--manifest")
        .arg(source.join("step.toml"))
        .arg("--into")
        .arg(workspace::steps())
        .output()?;
    // What a task prints is its own.
    say(&built);
    touch(&stamp)
}

/// Go, from patched sources where there are patches, with its slow start done beforehand.
fn build_go(name: &str) -> Result<(), Failed> {
    let source = workspace::root().join("builtin-steps").join(name);
    let work = workspace::steps().join("sources").join(name);
    let snapshot = work.join("snapshot.wasm");
    let patches = source.join("patches");
    let mut from: Vec<PathBuf> =
        ["main.go", "go.mod", "go.sum", "internal"].map(|name| source.join(name)).into();
    from.extend(patches.exists().then(|| patches.clone()));
    if !workspace::is_newer(&snapshot, &from) {
        say(&format!("steps: building {name}"));
        if patches.exists() {
            go::patched_sources(&patches, &work)?;
        }
        std::fs::create_dir_all(&work).map_err(|e| format!("{}: {e}", work.display()))?;
        let reactor: PathBuf = work.join("reactor.wasm");
        go::build(&source, go::Link::Reactor, &reactor)?;
        Run::new(workspace::windlass())
            .args(["step", "snapshot"])
            .arg(&reactor)
            .arg("--output")
            .arg(&snapshot)
            .run()?;
    }
    finish(name, &snapshot)
}

/// Runs the tests of the steps in Go, which Cargo does not know; their sources are patched by then.
pub(crate) fn test_those_in_go() -> Result<(), Failed> {
    let steps = workspace::root().join("builtin-steps");
    IN_GO.into_iter().try_for_each(|name| go::test(&steps.join(name)))
}

fn touch(stamp: &Path) -> Result<(), Failed> {
    let made =
        stamp.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(stamp, ""));
    made.map_err(|e| format!("{}: {e}", stamp.display()))
}
