//! Replays recorded answers of Kargo.

use std::path::PathBuf;

use clap::Args;

use crate::Failed;
use crate::command::Run;
use crate::{steps, workspace};

#[derive(Debug, Args)]
pub(crate) struct Vectors {
    /// A folder of the same shape as tests/vectors, every case of which counts. Without it, tests/vectors, but for what waits
    /// for a part of the product.
    dir: Option<PathBuf>,
    /// Only the file, the step or the case of this name, whether it waits for something or not.
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
    /// How steps reach remotes: http, file or ssh.
    #[arg(long, value_name = "NAME", default_value = "http")]
    transport: String,
    /// Say in full why an answer is not ours.
    #[arg(short, long)]
    verbose: bool,
}

/// Builds what is asked, and asks it.
pub(crate) fn run(vectors: &Vectors) -> Result<(), Failed> {
    steps::build()?;
    Run::new("cargo")
        .dir(workspace::root())
        .args(["build", "--quiet", "--package", "windlass-replay"])
        .run()?;
    let only = vectors.only.iter().flat_map(|name| ["--only", name.as_str()]);
    Run::new(workspace::built("windlass-replay"))
        .args(&vectors.dir)
        .args(only)
        .args(["--transport", vectors.transport.as_str()])
        .args(vectors.verbose.then_some("--verbose"))
        .run()
}
