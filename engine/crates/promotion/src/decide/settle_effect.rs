//! After a crash, an effect in doubt has been settled.

use windlass_model::event::promotion::{EffectId, PromotionEvent, StepIndex};
use windlass_model::limits::Usage;
use windlass_model::outcome::Outcome;
use windlass_ports::effects::Settlement;

use super::{Decision, Refused};
use crate::state::PromotionState;

/// The code of an error that a person must decide about.
pub const IN_DOUBT: &str = "effect-in-doubt";

/// Records how an effect in doubt was settled. Where nobody can know, the try ends, and the step with it.
///
/// # Errors
/// If no such effect is in doubt.
pub fn settle_effect(
    state: &PromotionState,
    step: StepIndex,
    effect: EffectId,
    settlement: Settlement,
) -> Decision {
    let attempt = state.steps.get(step.0).and_then(|step| step.attempt.as_ref());
    let in_doubt = attempt.and_then(|a| a.effects.get(&effect)).is_some_and(|e| e.answer.is_none());
    let (Some(attempt), true) = (attempt, in_doubt) else {
        return Err(Refused::Step { step: step.0 + 1, expected: "in doubt about that effect" });
    };
    Ok(vec![match settlement {
        Settlement::Done(answer) => PromotionEvent::EffectFinished { effect, step, answer },
        Settlement::Unsent => PromotionEvent::EffectUnsent { effect, step },
        Settlement::InDoubt(what) => PromotionEvent::AttemptFinished {
            step,
            attempt: attempt.number,
            outcome: Box::new(Outcome::errored_terminal(format!(
                "{IN_DOUBT}: {what}. The engine was stopped before the answer came, so it may or may not have taken \
                 place. Look whether it did, then promote the freight again: windlass run --stage {} --freight {}",
                state.record.stage, state.record.freight.name
            ))),
            usage: Usage::default(),
        },
    }])
}
