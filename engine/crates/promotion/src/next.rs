//! What is to be done next, as a function of the state alone.

use serde_json::Value;
use windlass_model::event::promotion::{EffectId, StepIndex};
use windlass_model::promotion::Phase;
use windlass_model::time::Timestamp;

use crate::state::PromotionState;

/// What the driver does next.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Start the promotion.
    Start,
    /// Evaluate the step's `if` (only before its first try) and configuration.
    Evaluate {
        /// Which step.
        step: StepIndex,
        /// Whether the `if` is still to be looked at.
        first: bool,
    },
    /// Settle what an earlier run left in doubt.
    Settle {
        /// Which step.
        step: StepIndex,
        /// Which effect.
        effect: EffectId,
    },
    /// Run the try under way.
    Run {
        /// Which step.
        step: StepIndex,
    },
    /// Wait until then, or until something wakes the step.
    Wait {
        /// Which step.
        step: StepIndex,
        /// Until when.
        until: Timestamp,
        /// What wakes it.
        wake_on: Vec<Value>,
    },
    /// End the promotion.
    Finish,
    /// Nothing: it has ended.
    Nothing,
}

/// What is next at `now`.
#[must_use]
pub fn next(state: &PromotionState, now: Timestamp) -> Action {
    match state.phase {
        Phase::Succeeded | Phase::Failed | Phase::Errored | Phase::Aborted => return Action::Nothing,
        Phase::Pending | Phase::Running if state.abort_requested_by.is_some() => return Action::Finish,
        Phase::Pending => return Action::Start,
        Phase::Running => {}
    }
    let Some(step) = state.current_step() else { return Action::Finish };
    let current = &state.steps[step.0];
    if let Some(attempt) = &current.attempt {
        let in_doubt = attempt.effects.iter().find(|(_, effect)| effect.answer.is_none());
        return match in_doubt {
            Some((effect, _)) => Action::Settle { step, effect: *effect },
            None => Action::Run { step },
        };
    }
    match current.retry_at {
        Some(until) if until > now => Action::Wait { step, until, wake_on: current.wake_on.clone() },
        _ => Action::Evaluate { step, first: current.attempts == 0 },
    }
}
