//! A physical run of the try under way begins: the first, or another after a crash.

use windlass_model::event::promotion::{PromotionEvent, StepIndex};
use windlass_model::ids::{FencingToken, IncarnationNumber};

use super::{Decision, Refused};
use crate::state::PromotionState;

/// Starts a run under a fencing token.
///
/// # Errors
/// If no try is under way, or an effect of the last run has not been settled.
pub fn start_incarnation(state: &PromotionState, step: StepIndex, fencing: FencingToken) -> Decision {
    let attempt = state.steps.get(step.0).and_then(|step| step.attempt.as_ref());
    let Some(attempt) = attempt else {
        return Err(Refused::Step { step: step.0 + 1, expected: "under way" });
    };
    if attempt.effects.values().any(|effect| effect.answer.is_none()) {
        return Err(Refused::InDoubt);
    }
    Ok(vec![PromotionEvent::IncarnationStarted {
        step,
        attempt: attempt.number,
        incarnation: IncarnationNumber(attempt.incarnations + 1),
        fencing,
    }])
}
