//! The index of a directory of steps.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use windlass_model::digest::Digest;
use windlass_model::step_manifest::StepManifest;

/// The name of the index in its directory.
pub(crate) const FILE: &str = "index.json";

/// Every step of a directory, by name.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct StepIndex {
    /// The version of this form.
    pub v: u32,
    /// The steps.
    pub steps: BTreeMap<String, IndexEntry>,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IndexEntry {
    /// The binary, relative to the directory.
    pub file: String,
    /// Its digest.
    pub digest: Digest,
    /// What the step says of itself.
    pub manifest: StepManifest,
}

/// Why an index cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IndexError {
    /// There is none.
    #[error("the steps have not been built: there is no {0}; run `cargo xtask steps`")]
    Missing(String),
    /// It cannot be read.
    #[error("the index of steps {path} cannot be read: {message}; run `cargo xtask steps`")]
    Damaged {
        /// Where it is.
        path: String,
        /// Why.
        message: String,
    },
}

impl StepIndex {
    /// Reads the index of a directory.
    ///
    /// # Errors
    /// If there is none or it is damaged.
    pub fn read(dir: &Path) -> Result<Self, IndexError> {
        let path = dir.join(FILE);
        let damaged = |message: String| IndexError::Damaged { path: path.display().to_string(), message };
        let text = match std::fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(IndexError::Missing(path.display().to_string()));
            }
            Err(error) => return Err(damaged(error.to_string())),
        };
        serde_json::from_slice(&text).map_err(|e| damaged(e.to_string()))
    }

    /// Writes the index of a directory, at once or not at all.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, dir: &Path) -> std::io::Result<()> {
        let temporary = dir.join(format!("{FILE}.{}", std::process::id()));
        std::fs::write(&temporary, serde_json::to_vec_pretty(self)?)?;
        std::fs::rename(temporary, dir.join(FILE))
    }
}
