//! How an attempt of a step ended.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a step says of its attempt. Flat on purpose: Kargo's result has message, output and error beside every
/// status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Done.
    Succeeded,
    /// Nothing to do.
    Skipped,
    /// Not done yet: run again later.
    Running,
    /// The outcome is bad.
    Failed,
    /// It could not be carried out.
    Errored,
}

/// Whether a failed attempt may be followed by another. A failure without a fault is Kargo's "Failed with a nil
/// error": it counts against nothing and is tried again like `Running`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// Counts against the error threshold.
    Retryable,
    /// Ends the step.
    Terminal,
}

/// A check of health that the stage keeps once the promotion has succeeded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HealthCheck {
    /// The step whose second export evaluates it.
    pub kind: String,
    /// Its input.
    pub input: Value,
}

/// How an attempt ended, as the step reports it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Outcome {
    /// What became of it.
    pub status: Status,
    /// For people.
    #[serde(default)]
    pub message: String,
    /// The outputs of this alias; none takes an earlier attempt's away, as in Kargo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<Value>,
    /// Whether a failure may be tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<Fault>,
    /// Handed to the next attempt of a running step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<Value>,
    /// When to run again, in milliseconds from now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// What else should wake the step.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wake_on: Vec<Value>,
    /// Checks of health for the stage.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub health: Vec<HealthCheck>,
}

impl Outcome {
    /// An outcome with nothing but status and message.
    #[must_use]
    pub fn new(status: Status, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            output: None,
            fault: None,
            state: None,
            retry_after_ms: None,
            wake_on: Vec::new(),
            health: Vec::new(),
        }
    }

    /// Could not be carried out, and never will be: what a trap or a used-up limit becomes.
    #[must_use]
    pub fn errored_terminal(message: impl Into<String>) -> Self {
        Self { fault: Some(Fault::Terminal), ..Self::new(Status::Errored, message) }
    }

    /// Could not be carried out this time.
    #[must_use]
    pub fn errored(message: impl Into<String>) -> Self {
        Self { fault: Some(Fault::Retryable), ..Self::new(Status::Errored, message) }
    }

    /// The outcome is bad and will stay so.
    #[must_use]
    pub fn failed_terminal(message: impl Into<String>) -> Self {
        Self { fault: Some(Fault::Terminal), ..Self::new(Status::Failed, message) }
    }
}
