//! Running one incarnation of a step. The core says "run this, tell me how it ended" and does not name the sandbox.

use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use windlass_model::ids::Lease;
use windlass_model::limits::{Limits, Usage};
use windlass_model::outcome::Outcome;
use windlass_model::time::Timestamp;
use windlass_workdir::AttemptDir;

use crate::broker::Broker;
use crate::step_catalog::StepBinary;

/// What the guest is given: the `request` of the contract.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StepInput {
    /// The evaluated configuration; secrets are tokens.
    pub config: Value,
    /// What it may know of its promotion.
    pub context: Value,
    /// What it last returned with `running`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<Value>,
    /// The logical attempt, from 1.
    pub attempt: u32,
}

/// What of a guest is run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Entry {
    /// The step.
    #[default]
    Run,
    /// Its check of health, whose input is the configuration. The output of a check that was carried out has `level`,
    /// `issues` and `output`.
    CheckHealth,
}

/// One incarnation to run.
pub struct RunRequest {
    /// The guest.
    pub binary: StepBinary,
    /// What of it is run.
    pub entry: Entry,
    /// The right to run it.
    pub lease: Lease,
    /// What it is given.
    pub input: StepInput,
    /// What it may use up.
    pub limits: Limits,
    /// Its directories.
    pub dir: Arc<AttemptDir>,
    /// What its clock shows at the start: the recorded start of the attempt.
    pub clock_start: Timestamp,
    /// The seed of its randomness, recorded with the attempt.
    pub seed: u64,
    /// Ends it early.
    pub cancel: CancellationToken,
    /// Answers its calls.
    pub broker: Arc<dyn Broker>,
}

/// How an incarnation ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunReport {
    /// How.
    pub ending: Ending,
    /// What it used up, as far as the sandbox can tell.
    pub usage: Usage,
}

/// How an incarnation ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Ending {
    /// The guest returned by itself: what it changed in its directory stands.
    Returned(Outcome),
    /// It was ended: by a trap, a limit, a timeout or a cancellation. What it changed is undone.
    Ended(Outcome),
}

impl Ending {
    /// The outcome, either way.
    #[must_use]
    pub fn outcome(&self) -> &Outcome {
        match self {
            Self::Returned(outcome) | Self::Ended(outcome) => outcome,
        }
    }
}

/// Runs guests.
#[async_trait]
pub trait StepRunner: Send + Sync {
    /// Runs one incarnation to its end. Dropping the future does not stop the guest: cancel it by its token.
    async fn run(&self, request: RunRequest) -> RunReport;
}
