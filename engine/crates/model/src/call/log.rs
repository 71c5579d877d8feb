//! What a step says while it runs.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How much a line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// For the step's author.
    Debug,
    /// For whoever watches.
    Info,
    /// Something is odd.
    Warn,
    /// Something failed.
    Error,
}

/// Arguments of `log.write`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Line {
    /// How much it matters.
    pub level: Level,
    /// The text; cut and redacted by the host.
    pub message: String,
    /// Structured extras.
    #[serde(default)]
    pub fields: Value,
}

/// Arguments of `log.progress`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Progress {
    /// Units done.
    pub done: u64,
    /// Units in all, if known.
    #[serde(default)]
    pub total: Option<u64>,
    /// What is being done.
    pub message: String,
}
