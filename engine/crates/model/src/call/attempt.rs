//! Calls about the attempt itself and about its secrets.

use serde::{Deserialize, Serialize};

/// What kind of run this is. Effects must not depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Effects take place.
    Live,
    /// Writes are withheld and reported.
    Plan,
    /// Recorded answers are given back.
    Replay,
}

/// Arguments of `attempt.idempotencyKey`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IdempotencyKey {
    /// Keeps several keys of one attempt apart.
    pub purpose: String,
}

/// Arguments of `secrets.reveal`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Reveal {
    /// The token that stood in the configuration.
    pub token: String,
}

/// A revealed secret. It has no `Debug` that shows it, so that no log can hold it by accident.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Revealed(pub String);

impl std::fmt::Debug for Revealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Revealed(…)")
    }
}
