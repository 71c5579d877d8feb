//! Why a call failed, as the step sees it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The kinds of failure; a closed set, `code` is what may grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorKind {
    /// The request is wrong in itself.
    Invalid,
    /// No grant allows it.
    Denied,
    /// What it names does not exist.
    NotFound,
    /// What it would make is there.
    AlreadyExists,
    /// The world changed meanwhile.
    Conflict,
    /// The other side cannot be reached or fails.
    Unavailable,
    /// The other side, or a budget, asks to come back later.
    Throttled,
    /// It took too long.
    TimedOut,
    /// A limit of this attempt is used up.
    Limit,
    /// The attempt is being stopped.
    Cancelled,
    /// Plan mode holds writes back.
    Withheld,
    /// Nobody can know whether an earlier, interrupted write took place.
    InDoubt,
    /// The engine itself failed.
    Internal,
}

/// Whether trying again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Retry {
    /// The same call will fail again.
    Never,
    /// It may work later.
    Later,
}

/// A failed call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct CallError {
    /// The kind of failure.
    pub kind: ErrorKind,
    /// Whether to try again.
    pub retry: Retry,
    /// For people; secrets are taken out of it.
    pub message: String,
    /// Stable, with a page each in `docs/errors/`.
    pub code: String,
    /// More facts: `retryAfterMs`, `limit`, `httpStatus`, …
    #[serde(default)]
    pub details: Value,
}

impl CallError {
    /// An error of `kind` that never goes away by itself.
    #[must_use]
    pub fn new(kind: ErrorKind, code: &str, message: impl Into<String>) -> Self {
        Self { kind, retry: Retry::Never, message: message.into(), code: code.to_owned(), details: json!({}) }
    }

    /// The request is wrong in itself.
    #[must_use]
    pub fn invalid(code: &str, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Invalid, code, message)
    }

    /// No grant allows it.
    #[must_use]
    pub fn denied(code: &str, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Denied, code, message)
    }

    /// What it names does not exist.
    #[must_use]
    pub fn not_found(code: &str, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::NotFound, code, message)
    }

    /// The other side cannot be reached or fails; worth trying again.
    #[must_use]
    pub fn unavailable(code: &str, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unavailable, code, message).later()
    }

    /// The limit `limit` of this attempt is used up.
    #[must_use]
    pub fn limit(limit: &str, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Limit, "limit-exceeded", message).with("limit", json!(limit))
    }

    /// The attempt is being stopped.
    #[must_use]
    pub fn cancelled() -> Self {
        Self::new(ErrorKind::Cancelled, "cancelled", "the attempt is being stopped")
    }

    /// The engine itself failed.
    #[must_use]
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Internal, "internal", message).later()
    }

    /// The same error, worth trying again.
    #[must_use]
    pub fn later(mut self) -> Self {
        self.retry = Retry::Later;
        self
    }

    /// The same error with one more fact.
    #[must_use]
    pub fn with(mut self, key: &str, value: Value) -> Self {
        if !self.details.is_object() {
            self.details = json!({});
        }
        self.details[key] = value;
        self
    }
}
