//! `windlass step …`: what authors of steps need.

mod build;
mod scratch;
mod snapshot;

use clap::Subcommand;

use crate::failure::Failure;

#[derive(Debug, clap::Args)]
pub(crate) struct StepArgs {
    #[command(subcommand)]
    verb: StepVerb,
}

#[derive(Debug, Subcommand)]
enum StepVerb {
    /// Write the manifest of a step into its binary.
    Build(build::BuildArgs),
    /// Run the slow start of a preview1 reactor once, and make a command that begins after it.
    Snapshot(snapshot::SnapshotArgs),
}

impl StepArgs {
    pub(crate) fn run(&self) -> Result<u8, Failure> {
        match &self.verb {
            StepVerb::Build(args) => args.run(),
            StepVerb::Snapshot(args) => args.run(),
        }
    }
}
