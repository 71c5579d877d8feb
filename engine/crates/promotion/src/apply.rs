//! `apply(state, event)`: the only table of transitions. It has no clock, does no I/O and makes no ids.

use std::sync::Arc;

use windlass_model::event::Recorded;
use windlass_model::event::promotion::{PromotionEvent, StepIndex};
use windlass_model::promotion::{Phase, StepStatus};
use windlass_model::time::Timestamp;

use crate::finish_step::finish_attempt;
use crate::state::{AttemptState, EffectState, PromotionState, StepState};

/// An event that does not fit the state: the journal is damaged, or a decision is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the event {event} does not fit a promotion that is {state}")]
pub struct IllegalTransition {
    /// The event's name.
    pub event: &'static str,
    /// What the promotion is.
    pub state: String,
}

/// Folds all events of a promotion.
///
/// # Errors
/// If they do not fit each other.
pub fn fold(events: &[Recorded<PromotionEvent>]) -> Result<Option<PromotionState>, IllegalTransition> {
    let mut state = None;
    for event in events {
        state = Some(apply(state, event)?);
    }
    Ok(state)
}

/// The state after an event.
///
/// # Errors
/// If the event does not fit.
pub fn apply(
    state: Option<PromotionState>,
    recorded: &Recorded<PromotionEvent>,
) -> Result<PromotionState, IllegalTransition> {
    let at = recorded.at;
    let event = &recorded.event;
    let Some(mut state) = state else { return create(event, at) };
    if state.phase.is_terminal() {
        return Err(illegal(event, &state));
    }
    match event {
        PromotionEvent::Created { .. } => return Err(illegal(event, &state)),
        PromotionEvent::Started { components } => {
            state.phase = Phase::Running;
            state.started_at = Some(at);
            state.components.clone_from(components);
        }
        PromotionEvent::StepSkipped { step } => {
            end(&mut state, event, *step, StepStatus::Skipped, "")?;
        }
        PromotionEvent::StepRefused { step, message, started } => {
            let step = end(&mut state, event, *step, StepStatus::Errored, message)?;
            if *started {
                step.started_at.get_or_insert(at);
            }
        }
        PromotionEvent::StepInvalid { step, message } => {
            let step = end(&mut state, event, *step, StepStatus::Failed, message)?;
            step.started_at.get_or_insert(at);
            step.finished_at = Some(at);
        }
        PromotionEvent::AttemptStarted { step, .. } => {
            begin_attempt(step_mut(&mut state, event, *step)?, event, at);
        }
        PromotionEvent::IncarnationStarted { step, .. }
        | PromotionEvent::EffectStarted { step, .. }
        | PromotionEvent::EffectFinished { step, .. }
        | PromotionEvent::EffectUnsent { step, .. } => {
            if !advance(attempt_mut(&mut state, event, *step)?, event, at) {
                return Err(illegal(event, &state));
            }
        }
        PromotionEvent::AttemptFinished { step, outcome, .. } => {
            attempt_mut(&mut state, event, *step)?;
            finish_attempt(&mut state, *step, outcome, at);
        }
        PromotionEvent::AbortRequested { actor } => state.abort_requested_by = Some(actor.clone()),
        PromotionEvent::Finished { phase, message } => finish(&mut state, *phase, message, at),
    }
    Ok(state)
}

fn create(event: &PromotionEvent, at: Timestamp) -> Result<PromotionState, IllegalTransition> {
    let PromotionEvent::Created { record } = event else {
        return Err(IllegalTransition { event: name(event), state: "not made".to_owned() });
    };
    Ok(PromotionState {
        steps: record.steps.iter().map(|_| StepState::default()).collect(),
        record: Arc::new((**record).clone()),
        created_at: at,
        phase: Phase::Pending,
        message: String::new(),
        started_at: None,
        finished_at: None,
        components: windlass_model::promotion::Components::new(),
        outputs: serde_json::Map::new(),
        health: Vec::new(),
        abort_requested_by: None,
    })
}

fn begin_attempt(step: &mut StepState, event: &PromotionEvent, at: Timestamp) {
    let PromotionEvent::AttemptStarted {
        attempt,
        config,
        seed,
        error_threshold,
        timeout_ms,
        propagates_output,
        ..
    } = event
    else {
        return;
    };
    step.started_at.get_or_insert(at);
    step.status = Some(StepStatus::Running);
    step.attempts = attempt.0;
    step.retry_at = None;
    step.wake_on = Vec::new();
    step.attempt = Some(AttemptState {
        number: *attempt,
        started_at: at,
        config: config.clone(),
        seed: *seed,
        error_threshold: *error_threshold,
        timeout_ms: *timeout_ms,
        propagates_output: *propagates_output,
        incarnations: 0,
        fencing: None,
        effects: std::collections::BTreeMap::new(),
    });
}

/// A run of a try and its effects; false if the event does not fit.
fn advance(attempt: &mut AttemptState, event: &PromotionEvent, at: Timestamp) -> bool {
    match event {
        PromotionEvent::IncarnationStarted { incarnation, fencing, .. } => {
            attempt.incarnations = incarnation.0;
            attempt.fencing = Some(*fencing);
            true
        }
        PromotionEvent::EffectStarted { effect, call, request, occurrence, .. } => {
            let started = EffectState {
                call: (**call).clone(),
                request: *request,
                occurrence: *occurrence,
                started_at: at,
                answer: None,
            };
            attempt.effects.insert(*effect, started).is_none()
        }
        PromotionEvent::EffectFinished { effect, answer, .. } => match attempt.effects.get_mut(effect) {
            Some(known) => {
                known.answer = Some(answer.clone());
                true
            }
            None => false,
        },
        PromotionEvent::EffectUnsent { effect, .. } => attempt.effects.remove(effect).is_some(),
        _ => false,
    }
}

/// A step that runs while its promotion is aborted ends with it.
fn finish(state: &mut PromotionState, phase: Phase, message: &str, at: Timestamp) {
    if phase == Phase::Aborted
        && let Some(current) = state.current_step()
        && let Some(step) = state.steps.get_mut(current.0)
        && step.status == Some(StepStatus::Running)
    {
        step.status = Some(StepStatus::Aborted);
        step.finished_at = Some(at);
        step.attempt = None;
    }
    state.phase = phase;
    message.clone_into(&mut state.message);
    state.finished_at = Some(at);
}

fn end<'s>(
    state: &'s mut PromotionState,
    event: &PromotionEvent,
    step: StepIndex,
    status: StepStatus,
    message: &str,
) -> Result<&'s mut StepState, IllegalTransition> {
    let step = step_mut(state, event, step)?;
    step.status = Some(status);
    message.clone_into(&mut step.message);
    step.attempt = None;
    step.retry_at = None;
    step.is_done = true;
    Ok(step)
}

fn step_mut<'s>(
    state: &'s mut PromotionState,
    event: &PromotionEvent,
    step: StepIndex,
) -> Result<&'s mut StepState, IllegalTransition> {
    let fits = state.phase == Phase::Running && state.steps.get(step.0).is_some_and(|step| !step.is_done);
    if !fits {
        return Err(illegal(event, state));
    }
    state.steps.get_mut(step.0).ok_or(IllegalTransition { event: name(event), state: "shorter".to_owned() })
}

fn attempt_mut<'s>(
    state: &'s mut PromotionState,
    event: &PromotionEvent,
    step: StepIndex,
) -> Result<&'s mut AttemptState, IllegalTransition> {
    let what = format!("at step {} without a try under way", step.0 + 1);
    step_mut(state, event, step)?
        .attempt
        .as_mut()
        .ok_or(IllegalTransition { event: name(event), state: what })
}

fn illegal(event: &PromotionEvent, state: &PromotionState) -> IllegalTransition {
    IllegalTransition { event: name(event), state: state.phase.to_string() }
}

/// The event's name, for messages.
fn name(event: &PromotionEvent) -> &'static str {
    match event {
        PromotionEvent::Created { .. } => "Created",
        PromotionEvent::Started { .. } => "Started",
        PromotionEvent::StepSkipped { .. } => "StepSkipped",
        PromotionEvent::StepRefused { .. } => "StepRefused",
        PromotionEvent::StepInvalid { .. } => "StepInvalid",
        PromotionEvent::AttemptStarted { .. } => "AttemptStarted",
        PromotionEvent::IncarnationStarted { .. } => "IncarnationStarted",
        PromotionEvent::EffectStarted { .. } => "EffectStarted",
        PromotionEvent::EffectFinished { .. } => "EffectFinished",
        PromotionEvent::EffectUnsent { .. } => "EffectUnsent",
        PromotionEvent::AttemptFinished { .. } => "AttemptFinished",
        PromotionEvent::AbortRequested { .. } => "AbortRequested",
        PromotionEvent::Finished { .. } => "Finished",
    }
}
