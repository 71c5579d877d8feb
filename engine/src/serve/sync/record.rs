//! What is recorded of a synced folder or repository.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use windlass_model::digest::Digest;
use windlass_model::time::Timestamp;

/// Changes by others that are remembered.
const MOST_DRIFT: usize = 20;

/// A document of the folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Synced {
    pub(super) kind: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) namespace: String,
    pub(super) name: String,
}

/// A change that somebody else made, and that was set back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Drift {
    #[serde(flatten)]
    pub(super) of: Synced,
    pub(super) at: Timestamp,
}

/// What is recorded of a folder.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Record {
    pub(super) v: u32,
    pub(super) source: String,
    pub(super) resources: BTreeSet<Synced>,
    /// When the folder was last applied as a whole after it had changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) synced_at: Option<Timestamp>,
    /// Of the folder as it was then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) digest: Option<Digest>,
    /// What is wrong with it now.
    pub(super) problems: Vec<String>,
    /// What others changed, newest last.
    pub(super) drift: Vec<Drift>,
}

impl Record {
    /// Notes a change down that was set back.
    pub(super) fn note_drift(&mut self, drift: Drift) {
        tracing::warn!(kind = drift.of.kind, name = drift.of.name, "somebody changed it, and it is set back");
        self.drift.push(drift);
        let most = self.drift.len().saturating_sub(MOST_DRIFT);
        self.drift.drain(..most);
    }
}
