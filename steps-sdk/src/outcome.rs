//! How an attempt ends.

use serde_json::Value;

use crate::bindings::exports::windlass::step::run as contract;

/// What became of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Done.
    Succeeded,
    /// There was nothing to do.
    Skipped,
    /// Not done yet: the step is run again later.
    Running,
    /// The outcome is bad.
    Failed,
    /// It could not be carried out.
    Errored,
}

/// Whether a failed attempt may be followed by another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It counts against the step's error threshold.
    Retryable,
    /// It ends the step.
    Terminal,
}

/// A check of health that the stage keeps once the promotion has succeeded.
#[derive(Debug, Clone, PartialEq)]
pub struct HealthCheck {
    /// The step whose `health` export evaluates it.
    pub kind: String,
    /// Its input.
    pub input: Value,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// What became of it.
    pub status: Status,
    /// For people.
    pub message: String,
    /// The outputs under the step's alias.
    pub output: Option<Value>,
    /// Whether a failure may be tried again.
    pub fault: Option<Fault>,
    /// Handed to the next attempt of a running step.
    pub state: Option<Value>,
    /// When to run again, in milliseconds.
    pub retry_after_ms: Option<u64>,
    /// What else should wake the step.
    pub wake_on: Vec<Value>,
    /// Checks of health for the stage.
    pub health: Vec<HealthCheck>,
}

impl Outcome {
    fn new(status: Status, message: impl Into<String>, fault: Option<Fault>) -> Self {
        Self {
            status,
            message: message.into(),
            output: None,
            fault,
            state: None,
            retry_after_ms: None,
            wake_on: Vec::new(),
            health: Vec::new(),
        }
    }

    /// Done.
    #[must_use]
    pub fn succeeded() -> Self {
        Self::new(Status::Succeeded, "", None)
    }

    /// There was nothing to do.
    #[must_use]
    pub fn skipped(message: impl Into<String>) -> Self {
        Self::new(Status::Skipped, message, None)
    }

    /// Not done yet.
    #[must_use]
    pub fn running(message: impl Into<String>) -> Self {
        Self::new(Status::Running, message, None)
    }

    /// The outcome is bad and trying again is of no use.
    #[must_use]
    pub fn failed(message: impl Into<String>) -> Self {
        Self::new(Status::Failed, message, Some(Fault::Terminal))
    }

    /// It could not be carried out this time.
    #[must_use]
    pub fn errored(message: impl Into<String>) -> Self {
        Self::new(Status::Errored, message, Some(Fault::Retryable))
    }

    /// It cannot be carried out at all.
    #[must_use]
    pub fn errored_terminal(message: impl Into<String>) -> Self {
        Self::new(Status::Errored, message, Some(Fault::Terminal))
    }

    /// The same with outputs.
    #[must_use]
    pub fn with_output(mut self, output: Value) -> Self {
        self.output = Some(output);
        self
    }

    /// The same with what the next attempt shall know.
    #[must_use]
    pub fn with_state(mut self, state: Value) -> Self {
        self.state = Some(state);
        self
    }

    /// The same, to be run again after `ms` milliseconds.
    #[must_use]
    pub fn retry_after_ms(mut self, ms: u64) -> Self {
        self.retry_after_ms = Some(ms);
        self
    }

    /// The same, to be run again also when this happens: `{"object": {…}}`, `{"pullRequest": {…}}`.
    #[must_use]
    pub fn wake_on(mut self, event: Value) -> Self {
        self.wake_on.push(event);
        self
    }

    /// The same with a check of health for the stage.
    #[must_use]
    pub fn with_health(mut self, kind: impl Into<String>, input: Value) -> Self {
        self.health.push(HealthCheck { kind: kind.into(), input });
        self
    }
}

impl From<Outcome> for contract::Outcome {
    fn from(outcome: Outcome) -> Self {
        Self {
            status: match outcome.status {
                Status::Succeeded => contract::Status::Succeeded,
                Status::Skipped => contract::Status::Skipped,
                Status::Running => contract::Status::Running,
                Status::Failed => contract::Status::Failed,
                Status::Errored => contract::Status::Errored,
            },
            message: outcome.message,
            output: outcome.output.map(|value| value.to_string()),
            fault: outcome.fault.map(|fault| match fault {
                Fault::Retryable => contract::Fault::Retryable,
                Fault::Terminal => contract::Fault::Terminal,
            }),
            state: outcome.state.map(|value| value.to_string()),
            retry_after_ms: outcome.retry_after_ms,
            wake_on: outcome.wake_on.iter().map(ToString::to_string).collect(),
            health: outcome
                .health
                .into_iter()
                .map(|check| contract::HealthCheck { kind: check.kind, input: check.input.to_string() })
                .collect(),
        }
    }
}
