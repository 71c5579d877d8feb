//! Measures the optimised program.

use crate::Failed;
use crate::command::{Run, say};
use crate::{guests, steps, workspace};

/// Builds what is compared, and measures; all, or what `only` names.
pub(crate) fn run(only: &[String]) -> Result<(), Failed> {
    steps::build()?;
    say("bench: building the optimised program");
    let cargo = || Run::new("cargo").dir(workspace::root());
    cargo().args(["build", "--release", "--package", "windlass"]).run()?;
    guests::native_kustomize()?;
    say("bench: measuring");
    if only.is_empty() {
        cargo()
            .args(["bench", "--quiet", "--package", "windlass-sandbox", "--bench", "instantiate"])
            .run()?;
    }
    let engine = cargo().args(["bench", "--quiet", "--package", "windlass-tests", "--bench", "engine", "--"]);
    engine.args(only).run()
}
