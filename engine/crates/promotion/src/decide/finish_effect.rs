//! An outside effect was answered.

use windlass_model::call::Answer;
use windlass_model::event::promotion::{EffectId, PromotionEvent, StepIndex};

use super::{Decision, Refused};
use crate::state::PromotionState;

/// Records the answer to an effect.
///
/// # Errors
/// If no such effect is under way.
pub fn finish_effect(state: &PromotionState, step: StepIndex, effect: EffectId, answer: Answer) -> Decision {
    let attempt = state.steps.get(step.0).and_then(|step| step.attempt.as_ref());
    match attempt.and_then(|attempt| attempt.effects.get(&effect)) {
        Some(known) if known.answer.is_none() => {
            Ok(vec![PromotionEvent::EffectFinished { effect, step, answer }])
        }
        _ => Err(Refused::Superseded),
    }
}
