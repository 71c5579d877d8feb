//! A step is about to change something outside.

use windlass_model::call::http::Body;
use windlass_model::call::{Answer, Call};
use windlass_model::digest::Digest;
use windlass_model::event::promotion::{EffectId, PromotionEvent, StepIndex};
use windlass_model::ids::Lease;

use super::Refused;
use crate::state::PromotionState;

/// What to do with an effect.
#[derive(Debug, Clone, PartialEq)]
pub enum BeginEffect {
    /// Record it as started, then send it.
    Send(EffectId, Box<PromotionEvent>),
    /// An earlier run sent it: this is its answer.
    Recorded(Answer),
}

/// The namespace of effect ids, itself the id of a name of ours.
const NAMESPACE: uuid::Uuid = uuid::uuid!("1f0c3e0a-5d1b-5e7e-9a53-6b1f3ad0c2d4");

/// The name of an effect: the same in every run of a try, another in every other case.
#[must_use]
pub fn effect_id(lease: &Lease, call: &Call, request: Digest, occurrence: u32) -> EffectId {
    let identity = format!(
        "{}\n{}\n{}\n{}\n{}\n{request}\n{occurrence}",
        lease.promotion,
        lease.step,
        lease.attempt,
        call.function(),
        target(call)
    );
    EffectId(uuid::Uuid::new_v5(&NAMESPACE, identity.as_bytes()))
}

/// What an effect changes.
#[must_use]
pub fn target(call: &Call) -> String {
    match call {
        Call::HttpSend(request) => format!("{} {}", request.method, request.url),
        Call::GitUpdateRef(update) => format!("{} {}", update.url, update.reference),
        Call::ObjectsPatch(patch) => patch.key.to_string(),
        Call::MetadataUpsert(upsert) => upsert.subject().to_string(),
        Call::MetadataSetAlias(alias) => format!("Freight {:?}", alias.freight),
        other => other.function().to_owned(),
    }
}

/// Decides about an effect that the run holding `lease` is about to send; `occurrence` counts the calls of the same digest
/// that the run made before.
///
/// # Errors
/// If the run is not the current one, or the effect is in doubt.
pub fn begin_effect(
    state: &PromotionState,
    step: StepIndex,
    lease: &Lease,
    call: &Call,
    request: Digest,
    occurrence: u32,
) -> Result<BeginEffect, Refused> {
    let attempt =
        state.steps.get(step.0).and_then(|step| step.attempt.as_ref()).ok_or(Refused::Superseded)?;
    let current = attempt.number == lease.attempt
        && attempt.incarnation() == lease.incarnation
        && attempt.fencing == Some(lease.fencing);
    if !current {
        return Err(Refused::Superseded);
    }
    let effect = effect_id(lease, call, request, occurrence);
    match attempt.effects.get(&effect) {
        Some(known) => match &known.answer {
            Some(answer) => Ok(BeginEffect::Recorded(answer.clone())),
            None => Err(Refused::InDoubt),
        },
        None => {
            let event = PromotionEvent::EffectStarted {
                effect,
                step,
                attempt: attempt.number,
                call: Box::new(without_body(call)),
                request,
                occurrence,
            };
            Ok(BeginEffect::Send(effect, Box::new(event)))
        }
    }
}

/// The digest tells bodies apart; the record need not hold them.
fn without_body(call: &Call) -> Call {
    match call {
        Call::HttpSend(request) => {
            let mut request = request.clone();
            request.body = Body::None;
            Call::HttpSend(request)
        }
        other => other.clone(),
    }
}
