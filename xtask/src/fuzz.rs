//! Feeds mutated inputs to what reads text.

use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;

use crate::Failed;
use crate::command::{Run, say};
use crate::{steps, workspace};

/// The targets, in pairs that run side by side.
const PAIRS: [[&str; 2]; 2] = [["expr", "yaml"], ["versions", "manifests"]];

/// How long the gate looks with each target.
const GATE_SECONDS: u64 = 60;

/// Where the numbers of the gate begin: it does the same every time.
const GATE_SEED: u64 = 1;

#[derive(Debug, Args)]
pub(crate) struct Fuzz {
    /// expr, yaml, versions or manifests. Without it, all of them.
    target: Option<String>,
    /// How long each looks.
    #[arg(long, value_name = "N", default_value_t = GATE_SECONDS)]
    seconds: u64,
    /// Where the numbers begin that look random. Without it, somewhere new.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Try an input again that was kept in target/fuzz.
    #[arg(long, value_name = "FILE", requires = "target")]
    replay: Option<std::path::PathBuf>,
}

/// Does what a developer asks for.
pub(crate) fn run(fuzz: &Fuzz) -> Result<(), Failed> {
    build()?;
    if fuzz.target.as_deref().is_none_or(|target| target == "manifests") {
        steps::build()?;
    }
    let seed = fuzz.seed.unwrap_or_else(somewhere);
    match (&fuzz.target, &fuzz.replay) {
        (None, _) => all(fuzz.seconds, seed),
        (Some(target), None) => one(target, fuzz.seconds, seed).run(),
        (Some(target), Some(file)) => program().arg(target).arg("--replay").arg(file).run(),
    }
}

/// All targets, as the gate runs them. The program must have been built.
pub(crate) fn gate() -> Result<(), Failed> {
    build()?;
    all(GATE_SECONDS, GATE_SEED)
}

fn build() -> Result<(), Failed> {
    say("fuzz: building");
    Run::new("cargo")
        .dir(workspace::root())
        .args(["build", "--quiet", "--profile", "fuzzing", "--package", "windlass-fuzz"])
        .run()
}

fn all(seconds: u64, seed: u64) -> Result<(), Failed> {
    for pair in PAIRS {
        let ended: Vec<Result<(), Failed>> = std::thread::scope(|scope| {
            let start = |target| scope.spawn(move || one(target, seconds, seed).run());
            pair.map(start)
                .into_iter()
                .map(|run| run.join().unwrap_or_else(|_| Err("it panicked".to_owned())))
                .collect()
        });
        ended.into_iter().collect::<Result<(), Failed>>()?;
    }
    Ok(())
}

fn one(target: &str, seconds: u64, seed: u64) -> Run {
    program().arg(target).args(["--seconds", &seconds.to_string(), "--seed", &seed.to_string()])
}

fn program() -> Run {
    Run::new(workspace::target().join("fuzzing").join("windlass-fuzz")).dir(workspace::root())
}

/// A seed that nobody has tried.
#[expect(clippy::disallowed_methods, reason = "any number will do")]
fn somewhere() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(GATE_SEED, |since| since.as_secs())
}
