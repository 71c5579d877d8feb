//! `windlass step snapshot`: runs a program's slow start once.

use std::path::PathBuf;
use std::sync::Arc;

use windlass_workdir::{AttemptKey, DiskUsage, PromotionDir};

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
        let failed = |e: &dyn std::fmt::Display| Failure::environment(e.to_string());
        let module = std::fs::read(&self.reactor)
            .map_err(|e| Failure::input(format!("{}: {e}", self.reactor.display())))?;
        let empty = tempfile::tempdir().map_err(|e| failed(&e))?;
        let dir = PromotionDir::new(empty.path().join("snapshot"));
        dir.create().map_err(|e| failed(&e))?;
        let most = DiskUsage { bytes: 0, files: 0 };
        let attempt =
            dir.begin_attempt(AttemptKey { step: 0, attempt: 1 }, most).map_err(|e| failed(&e))?;
        let snapshot = windlass_sandbox::take_snapshot(&module, &Arc::new(attempt))
            .map_err(|e| Failure::input(format!("{}: {e}", self.reactor.display())))?;
        std::fs::write(&self.output, snapshot)
            .map_err(|e| Failure::environment(format!("{}: {e}", self.output.display())))?;
        Ok(0)
    }
}
