//! The state of a promotion: a fold over its events.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};
use windlass_model::call::{Answer, Call};
use windlass_model::digest::Digest;
use windlass_model::event::promotion::{EffectId, StepIndex};
use windlass_model::ids::{AttemptNumber, FencingToken, IncarnationNumber};
use windlass_model::outcome::HealthCheck;
use windlass_model::promotion::{Components, Phase, PromotionRecord, StepSpec, StepStatus};
use windlass_model::time::Timestamp;

/// A promotion that exists.
#[derive(Debug, Clone, PartialEq)]
pub struct PromotionState {
    /// What never changes.
    pub record: Arc<PromotionRecord>,
    /// When it was made.
    pub created_at: Timestamp,
    /// How far it has come.
    pub phase: Phase,
    /// Why it did not end well.
    pub message: String,
    /// When its steps began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// The component behind each step kind.
    pub components: Components,
    /// One for each step.
    pub steps: Vec<StepState>,
    /// The outputs by alias, including those of tasks.
    pub outputs: Map<String, Value>,
    /// Checks of health of the steps that succeeded.
    pub health: Vec<HealthCheck>,
    /// Who asked to stop it.
    pub abort_requested_by: Option<String>,
}

/// A step of a promotion.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StepState {
    /// None until it begins or is left out.
    pub status: Option<StepStatus>,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it came to its end.
    pub finished_at: Option<Timestamp>,
    /// How many errors it has had.
    pub error_count: u32,
    /// What it last said.
    pub message: String,
    /// How many tries there have been, the current one included.
    pub attempts: u32,
    /// The try under way.
    pub attempt: Option<AttemptState>,
    /// What the last try left for the next.
    pub state: Option<Value>,
    /// When the next try is due, for a step that waits.
    pub retry_at: Option<Timestamp>,
    /// What else wakes it.
    pub wake_on: Vec<Value>,
    /// Whether it has come to its end.
    pub is_done: bool,
}

/// A logical try of a step, under way.
#[derive(Debug, Clone, PartialEq)]
pub struct AttemptState {
    /// Its number.
    pub number: AttemptNumber,
    /// When it began: the time of its commits and the start of its guest's clock.
    pub started_at: Timestamp,
    /// Its configuration; secrets are tokens.
    pub config: Value,
    /// The seed of its randomness and its tokens.
    pub seed: u64,
    /// How many errors end the step.
    pub error_threshold: u32,
    /// How long the step may take in all.
    pub timeout_ms: Option<u64>,
    /// Whether its output is also its task's.
    pub propagates_output: bool,
    /// How many physical runs there have been.
    pub incarnations: u32,
    /// The token that calls of the current run carry.
    pub fencing: Option<FencingToken>,
    /// Its outside effects.
    pub effects: BTreeMap<EffectId, EffectState>,
}

/// An outside effect of a try.
#[derive(Debug, Clone, PartialEq)]
pub struct EffectState {
    /// What is sent, without bodies.
    pub call: Call,
    /// The digest of all that is sent.
    pub request: Digest,
    /// How many of that digest came before it in the same run.
    pub occurrence: u32,
    /// When it was about to leave.
    pub started_at: Timestamp,
    /// The answer; none: in doubt after a crash, under way otherwise.
    pub answer: Option<Answer>,
}

impl AttemptState {
    /// The number of the current physical run.
    #[must_use]
    pub fn incarnation(&self) -> IncarnationNumber {
        IncarnationNumber(self.incarnations)
    }
}

impl PromotionState {
    /// The step's specification and state.
    #[must_use]
    pub fn step(&self, index: StepIndex) -> Option<(&StepSpec, &StepState)> {
        Some((self.record.steps.get(index.0)?, self.steps.get(index.0)?))
    }

    /// The first step that has not come to its end.
    #[must_use]
    pub fn current_step(&self) -> Option<StepIndex> {
        self.steps.iter().position(|step| !step.is_done).map(StepIndex)
    }

    /// Whether an earlier step failed that was not allowed to: steps without `if` are left out then.
    #[must_use]
    pub fn has_failed_before(&self, index: StepIndex) -> bool {
        self.record.steps.iter().zip(&self.steps).take(index.0).any(|(spec, step)| {
            !spec.continue_on_error && matches!(step.status, Some(StepStatus::Failed | StepStatus::Errored))
        })
    }

    /// How the promotion ends once every step has: as its worst step that was not allowed to fail, with the message of the
    /// first such step.
    #[must_use]
    pub fn verdict(&self) -> (Phase, String) {
        let counted = || {
            self.record
                .steps
                .iter()
                .zip(&self.steps)
                .filter(|(spec, _)| !spec.continue_on_error)
                .map(|(_, s)| s)
        };
        let worst = counted().filter_map(|step| step.status).max().unwrap_or(StepStatus::Succeeded);
        let phase = match worst {
            StepStatus::Succeeded | StepStatus::Skipped => Phase::Succeeded,
            StepStatus::Running | StepStatus::Errored => Phase::Errored,
            StepStatus::Aborted => Phase::Aborted,
            StepStatus::Failed => Phase::Failed,
        };
        let message = match phase {
            Phase::Succeeded => String::new(),
            _ => counted().find(|s| s.status == Some(worst)).map(|s| s.message.clone()).unwrap_or_default(),
        };
        (phase, message)
    }
}
