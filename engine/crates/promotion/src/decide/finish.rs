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

/// Ends a promotion that cannot go on for a reason outside of its steps. What it may have changed outside, without anybody
/// knowing, is named in its message.
///
/// # Errors
/// If it has ended.
pub fn give_up(state: &PromotionState, mut message: String) -> Decision {
    if state.phase.is_terminal() {
        return Err(Refused::Phase(state.phase.to_string()));
    }
    let effects =
        state.steps.iter().filter_map(|step| step.attempt.as_ref()).flat_map(|a| a.effects.values());
    let in_doubt: Vec<String> =
        effects.filter(|effect| effect.answer.is_none()).map(|effect| effect.call.shown_effect()).collect();
    if !in_doubt.is_empty() {
        message.push_str("; look first whether this took place, which nobody was told: ");
        message.push_str(&in_doubt.join(", "));
    }
    Ok(vec![PromotionEvent::Finished { phase: Phase::Errored, message }])
}
