//! A try has returned, or was ended.

use windlass_model::event::promotion::{PromotionEvent, StepIndex};
use windlass_model::ids::AttemptNumber;
use windlass_model::limits::Usage;
use windlass_model::outcome::Outcome;

use super::{Decision, Refused};
use crate::state::PromotionState;

/// Records how a try ended.
///
/// # Errors
/// If it is not the one under way.
pub fn finish_attempt(
    state: &PromotionState,
    step: StepIndex,
    attempt: AttemptNumber,
    outcome: Outcome,
    usage: Usage,
) -> Decision {
    let under_way = state.steps.get(step.0).and_then(|step| step.attempt.as_ref()).map(|a| a.number);
    if under_way != Some(attempt) {
        return Err(Refused::Step { step: step.0 + 1, expected: "at this try" });
    }
    Ok(vec![PromotionEvent::AttemptFinished { step, attempt, outcome: Box::new(outcome), usage }])
}
