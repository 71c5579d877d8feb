//! Measures the optimised program.

use crate::Failed;
use crate::command::{Run, say};
use crate::{guests, steps, workspace};

/// Builds what is compared, and measures.
pub(crate) fn run() -> Result<(), Failed> {
    steps::build()?;
    say("bench: building the optimised program");
    let cargo = || Run::new("cargo").dir(workspace::root());
    cargo().args(["build", "--release", "--package", "windlass"]).run()?;
    guests::native_kustomize()?;
    say("bench: measuring");
    cargo().args(["bench", "--quiet", "--package", "windlass-sandbox", "--bench", "instantiate"]).run()?;
    cargo().args(["bench", "--quiet", "--package", "windlass-tests", "--bench", "engine"]).run()
}
