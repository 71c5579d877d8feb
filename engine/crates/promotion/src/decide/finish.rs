//! A promotion ends.

use windlass_model::event::promotion::PromotionEvent;
use windlass_model::promotion::Phase;

use super::{Decision, Refused};
use crate::state::PromotionState;

/// Ends a promotion whose steps have all come to their end, or that somebody wants to stop.
///
/// # Errors
/// If it has ended, or has steps left.
pub fn finish(state: &PromotionState) -> Decision {
    if state.phase.is_terminal() {
        return Err(Refused::Phase(state.phase.to_string()));
    }
    if let Some(actor) = &state.abort_requested_by {
        let by = if actor.is_empty() { String::new() } else { format!(" by {actor}") };
        return Ok(vec![PromotionEvent::Finished {
            phase: Phase::Aborted,
            message: format!("Promotion terminated{by}"),
        }]);
    }
    if let Some(step) = state.current_step() {
        return Err(Refused::Step { step: step.0 + 1, expected: "at its end" });
    }
    let (phase, message) = state.verdict();
    Ok(vec![PromotionEvent::Finished { phase, message }])
}

/// Ends a promotion that cannot go on for a reason outside of its steps.
///
/// # Errors
/// If it has ended.
pub fn give_up(state: &PromotionState, message: String) -> Decision {
    if state.phase.is_terminal() {
        return Err(Refused::Phase(state.phase.to_string()));
    }
    Ok(vec![PromotionEvent::Finished { phase: Phase::Errored, message }])
}
