//! A step's `if` and configuration have been evaluated.

use serde_json::Value;
use windlass_model::event::promotion::{PromotionEvent, StepIndex};
use windlass_model::ids::AttemptNumber;

use super::{Decision, Refused};
use crate::state::PromotionState;

/// What the evaluation of a step came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Evaluation {
    /// It is left out.
    Skip,
    /// An expression fails, or there is no such step kind.
    Refuse {
        /// Why, as Kargo puts it.
        message: String,
        /// Whether the step had begun: only its configuration failed.
        started: bool,
    },
    /// The configuration does not fit the step's schema.
    Invalid {
        /// Every problem.
        message: String,
    },
    /// It can run.
    Run(Box<Runnable>),
}

/// What a try of a step needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Runnable {
    /// The configuration; secrets are tokens.
    pub config: Value,
    /// The seed of its randomness and its tokens.
    pub seed: u64,
    /// How many errors end the step.
    pub error_threshold: u32,
    /// How long the step may take in all.
    pub timeout_ms: Option<u64>,
    /// Whether its output is also its task's.
    pub propagates_output: bool,
}

/// Records what the evaluation of a step came to.
///
/// # Errors
/// If the step is not the one that is next.
pub fn evaluated(state: &PromotionState, step: StepIndex, evaluation: Evaluation) -> Decision {
    let waits = state.current_step() == Some(step)
        && state.steps.get(step.0).is_some_and(|step| step.attempt.is_none());
    if !waits {
        return Err(Refused::Step { step: step.0 + 1, expected: "waiting to run" });
    }
    let attempts = state.steps.get(step.0).map_or(0, |step| step.attempts);
    Ok(vec![match evaluation {
        Evaluation::Skip => PromotionEvent::StepSkipped { step },
        Evaluation::Refuse { message, started } => PromotionEvent::StepRefused { step, message, started },
        Evaluation::Invalid { message } => PromotionEvent::StepInvalid { step, message },
        Evaluation::Run(runnable) => PromotionEvent::AttemptStarted {
            step,
            attempt: AttemptNumber(attempts + 1),
            config: runnable.config,
            seed: runnable.seed,
            error_threshold: runnable.error_threshold,
            timeout_ms: runnable.timeout_ms,
            propagates_output: runnable.propagates_output,
        },
    }])
}
