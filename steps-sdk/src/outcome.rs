//! How an attempt ends.

use serde::Serialize;
use serde_json::Value;

use crate::bindings::exports::windlass::step::{health, run as contract};
use crate::{Error, ErrorKind};

/// What became of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// It counts against the step's error threshold.
    Retryable,
    /// It ends the step.
    Terminal,
}

/// A check of health that the stage keeps once the promotion has succeeded.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HealthCheck {
    /// The step whose `health` export evaluates it.
    pub kind: String,
    /// Its input.
    pub input: Value,
}

/// How well a stage is, in order of severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum HealthLevel {
    /// All is well.
    Healthy,
    /// It is changing.
    Progressing,
    /// Nobody can tell.
    Unknown,
    /// Something is wrong.
    Unhealthy,
}

/// What a check of health says.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HealthReport {
    /// How it is.
    pub level: HealthLevel,
    /// What is wrong.
    pub issues: Vec<String>,
    /// What was found.
    pub output: Value,
}

impl From<HealthReport> for health::Report {
    fn from(report: HealthReport) -> Self {
        Self {
            level: match report.level {
                HealthLevel::Healthy => health::Level::Healthy,
                HealthLevel::Progressing => health::Level::Progressing,
                HealthLevel::Unknown => health::Level::Unknown,
                HealthLevel::Unhealthy => health::Level::Unhealthy,
            },
            issues: report.issues,
            output: report.output.to_string(),
        }
    }
}

/// How an attempt ended. Its JSON form is the engine's.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// What became of it.
    pub status: Status,
    /// For people.
    pub message: String,
    /// The outputs under the step's alias.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<Value>,
    /// Whether a failure may be tried again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<Fault>,
    /// Handed to the next attempt of a running step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<Value>,
    /// When to run again, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// What else should wake the step.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub wake_on: Vec<Value>,
    /// Checks of health for the stage.
    #[serde(skip_serializing_if = "Vec::is_empty")]
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

    /// It could not be carried out because a call of the host failed.
    ///
    /// As in Kargo, whatever goes wrong on the way is an error that counts against the step's threshold:
    ///
    /// | the error's kind | the outcome |
    /// |---|---|
    /// | invalid, not-found, already-exists, conflict, unavailable, throttled, timed-out, internal | errored, retryable |
    /// | denied: the other side refuses | errored, retryable |
    /// | denied: `not-asked`, `not-granted` | errored, terminal: it stays so until somebody grants it |
    /// | limit | errored, terminal: another attempt has the same limits |
    /// | withheld | errored, terminal: a plan writes nothing, however often it is made |
    /// | in-doubt | errored, terminal: a person has to look |
    /// | cancelled | errored, retryable: whoever stops the attempt decides what becomes of it |
    #[must_use]
    pub fn from_error(error: &Error) -> Self {
        let fault = match error.kind {
            ErrorKind::Limit | ErrorKind::Withheld | ErrorKind::InDoubt => Fault::Terminal,
            ErrorKind::Denied if matches!(error.code.as_str(), "not-asked" | "not-granted") => {
                Fault::Terminal
            }
            ErrorKind::Denied
            | ErrorKind::Invalid
            | ErrorKind::NotFound
            | ErrorKind::AlreadyExists
            | ErrorKind::Conflict
            | ErrorKind::Unavailable
            | ErrorKind::Throttled
            | ErrorKind::TimedOut
            | ErrorKind::Cancelled
            | ErrorKind::Internal => Fault::Retryable,
        };
        let details: Value = serde_json::from_str(&error.details).unwrap_or_default();
        let mut outcome = Self::new(Status::Errored, error.message.as_str(), Some(fault));
        outcome.retry_after_ms = details.get("retryAfterMs").and_then(Value::as_u64);
        outcome
    }

    /// The same; the message begins with what was being done, unless it tells so itself (`error …`).
    #[must_use]
    pub fn in_context(mut self, doing: impl std::fmt::Display) -> Self {
        if !self.message.starts_with("error ") {
            self.message = format!("{doing}: {}", self.message);
        }
        self
    }

    /// The same with a message.
    #[must_use]
    pub fn with_message(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self
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
