//! `windlass step …`: what authors of steps need.

mod build;
mod inspect;
mod list;
mod run;
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
    /// List the steps there are.
    List(list::StepListArgs),
    /// Show what a step takes, gives and asks for.
    Inspect(inspect::StepInspectArgs),
    /// Run one step on a directory.
    Run(Box<run::StepRunArgs>),
    /// Write the manifest of a step into its binary.
    Build(build::BuildArgs),
    /// Run the slow start of a preview1 reactor once, and make a command that begins after it.
    Snapshot(snapshot::SnapshotArgs),
}

/// What a command prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
enum Output {
    /// Text.
    #[default]
    Text,
    /// JSON.
    Json,
}

impl StepArgs {
    pub(crate) fn run(self) -> Result<u8, Failure> {
        match self.verb {
            StepVerb::List(args) => args.run(),
            StepVerb::Inspect(args) => args.run(),
            StepVerb::Run(args) => super::block_on(args.run()),
            StepVerb::Build(args) => args.run(),
            StepVerb::Snapshot(args) => args.run(),
        }
    }
}
