//! Building Go programs as preview1 modules, some from patched sources.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::Failed;
use crate::command::Run;

/// `patches/sources.toml`: modules that are built from a patched copy.
#[derive(Debug, Deserialize)]
struct Sources {
    source: Vec<Source>,
}

#[derive(Debug, Deserialize)]
struct Source {
    module: String,
    version: String,
    /// As `go.sum` writes it.
    sum: String,
    /// The directory of the copy.
    to: String,
    patches: Vec<String>,
}

/// What `go mod download -json` says.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Downloaded {
    dir: PathBuf,
    sum: String,
}

/// Fetches, checks and patches the modules that `sources.toml` in `patches` lists, into `into`.
pub(crate) fn patched_sources(patches: &Path, into: &Path) -> Result<(), Failed> {
    let list = patches.join("sources.toml");
    let text = std::fs::read_to_string(&list).map_err(|e| format!("{}: {e}", list.display()))?;
    let sources: Sources = toml::from_str(&text).map_err(|e| format!("{}: {e}", list.display()))?;
    std::fs::create_dir_all(into).map_err(|e| format!("{}: {e}", into.display()))?;
    for source in &sources.source {
        patched_source(source, patches, into)?;
    }
    Ok(())
}

fn patched_source(source: &Source, patches: &Path, into: &Path) -> Result<(), Failed> {
    let name = format!("{}@{}", source.module, source.version);
    let json = Run::new("go")
        .dir(into)
        .env("GOWORK", "off")
        .env("GOFLAGS", "-mod=mod")
        .args(["mod", "download", "-json", &name])
        .output()?;
    let downloaded: Downloaded =
        serde_json::from_str(&json).map_err(|e| format!("go mod download {name}: {e}"))?;
    if downloaded.sum != source.sum {
        return Err(format!("{name} has the sum {}, and sources.toml wants {}", downloaded.sum, source.sum));
    }
    let copy = into.join(&source.to);
    if copy.exists() {
        std::fs::remove_dir_all(&copy).map_err(|e| format!("{}: {e}", copy.display()))?;
    }
    Run::new("cp").arg("-R").arg(&downloaded.dir).arg(&copy).run()?;
    Run::new("chmod").args(["-R", "u+w"]).arg(&copy).run()?;
    for patch in &source.patches {
        Run::new("git")
            .dir(&copy)
            .env("GIT_CEILING_DIRECTORIES", into)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .args(["apply", "-p1"])
            .arg(patches.join(patch))
            .run()?;
    }
    Ok(())
}

/// How a Go module is linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Link {
    /// With `_start`.
    Command,
    /// With `_initialize` and exports.
    Reactor,
}

/// Runs the tests of the module in `dir` on this machine.
pub(crate) fn test(dir: &Path) -> Result<(), Failed> {
    Run::new("go")
        .dir(dir)
        .env("GOWORK", "off")
        .env("GOFLAGS", "-mod=readonly")
        .args(["test", "./internal/..."])
        .run()
}

/// Builds the module in `dir` into `output`.
pub(crate) fn build(dir: &Path, link: Link, output: &Path) -> Result<(), Failed> {
    let run = Run::new("go")
        .dir(dir)
        .env("GOWORK", "off")
        .env("GOFLAGS", "-mod=readonly")
        .env("GOOS", "wasip1")
        .env("GOARCH", "wasm")
        .args(["build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w"]);
    let run = if link == Link::Reactor { run.arg("-buildmode=c-shared") } else { run };
    run.arg("-o").arg(output).arg(".").run()
}
