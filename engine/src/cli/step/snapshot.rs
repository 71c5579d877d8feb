//! `windlass step snapshot`: runs a program's slow start once.

use std::path::PathBuf;

use super::scratch::Scratch;
use crate::failure::Failure;

#[derive(Debug, clap::Args)]
pub(crate) struct SnapshotArgs {
    /// The preview1 reactor, with the exports `_initialize`, `warm` and `start`.
    reactor: PathBuf,
    /// Where to write the command.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

impl SnapshotArgs {
    pub(crate) fn run(&self) -> Result<u8, Failure> {
        let module = std::fs::read(&self.reactor)
            .map_err(|e| Failure::input(format!("{}: {e}", self.reactor.display())))?;
        let scratch = Scratch::make()?;
        let snapshot = windlass_sandbox::take_snapshot(&module, scratch.dir())
            .map_err(|e| Failure::input(format!("{}: {e}", self.reactor.display())))?;
        std::fs::write(&self.output, snapshot)
            .map_err(|e| Failure::environment(format!("{}: {e}", self.output.display())))?;
        Ok(0)
    }
}
