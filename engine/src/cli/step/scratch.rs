//! The empty directory in which a step runs while it is built.

use std::sync::Arc;

use windlass_workdir::{AttemptDir, AttemptKey, DiskUsage, PromotionDir};

use crate::failure::Failure;

/// The directory; it is removed with this value.
pub(super) struct Scratch {
    _base: tempfile::TempDir,
    attempt: Arc<AttemptDir>,
}

impl Scratch {
    /// Makes one, in which nothing can be written.
    pub(super) fn make() -> Result<Self, Failure> {
        let failed = |e: &dyn std::fmt::Display| Failure::environment(format!("a temporary directory: {e}"));
        let base = tempfile::tempdir().map_err(|e| failed(&e))?;
        let dir = PromotionDir::new(base.path().join("scratch"));
        dir.create().map_err(|e| failed(&e))?;
        let most = DiskUsage { bytes: 0, files: 0 };
        let attempt = dir.begin_attempt(AttemptKey { step: 0, attempt: 1 }, most).map_err(|e| failed(&e))?;
        Ok(Self { _base: base, attempt: Arc::new(attempt) })
    }

    pub(super) fn dir(&self) -> &Arc<AttemptDir> {
        &self.attempt
    }
}
