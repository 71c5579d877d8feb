//! What the end of a try means for its step (`kargo.md` 4.5, 6): done, or tried again, when, and with which message.

use std::time::Duration;

use windlass_model::event::promotion::StepIndex;
use windlass_model::outcome::{Fault, Outcome, Status};
use windlass_model::promotion::StepStatus;
use windlass_model::time::Timestamp;
use windlass_versions::GoDuration;

use crate::state::{AttemptState, PromotionState, StepState};

/// A step that waits is looked at this often if it says nothing else.
const REQUEUE: Duration = Duration::from_mins(5);

/// A step may not ask to be looked at sooner; what it waits for can wake it at once.
const MIN_REQUEUE: Duration = Duration::from_secs(1);

/// After an error that may be tried again: one second, doubled each time, up to this.
const MAX_BACKOFF: Duration = Duration::from_mins(1);

/// Applies the end of the try under way to its step.
pub(crate) fn finish_attempt(state: &mut PromotionState, index: StepIndex, outcome: &Outcome, at: Timestamp) {
    let alias = state.record.steps[index.0].alias.clone();
    let step = &mut state.steps[index.0];
    let Some(attempt) = step.attempt.take() else { return };
    step.state.clone_from(&outcome.state);
    let ended = settle(step, &attempt, alias.as_str(), outcome, at);
    // The outputs of a try take the place of the last one's, also where there are none.
    match &outcome.output {
        Some(output) => {
            state.outputs.insert(alias.as_str().to_owned(), output.clone());
        }
        None => {
            state.outputs.remove(alias.as_str());
        }
    }
    if let (true, Some((task, _)), Some(serde_json::Value::Object(output))) =
        (attempt.propagates_output, alias.task_parts(), &outcome.output)
    {
        let of_task = state.outputs.entry(task.to_owned()).or_insert_with(|| serde_json::json!({}));
        if let serde_json::Value::Object(of_task) = of_task {
            of_task.extend(output.clone());
        }
    }
    if ended == Some(StepStatus::Succeeded) {
        state.health.extend(outcome.health.iter().cloned());
    }
}

/// Gives the step its status; the status if that is its end.
fn settle(
    step: &mut StepState,
    attempt: &AttemptState,
    alias: &str,
    outcome: &Outcome,
    at: Timestamp,
) -> Option<StepStatus> {
    let done = match (outcome.status, outcome.fault) {
        (Status::Succeeded, _) => Some((StepStatus::Succeeded, outcome.message.clone())),
        (Status::Skipped, _) => Some((StepStatus::Skipped, outcome.message.clone())),
        (Status::Running, _) => None,
        (Status::Failed, None) => None,
        (Status::Failed, Some(Fault::Terminal)) => Some((StepStatus::Failed, plain(alias, outcome))),
        (Status::Errored, Some(Fault::Terminal)) => {
            Some((StepStatus::Errored, format!("an unrecoverable error occurred: {}", plain(alias, outcome))))
        }
        (Status::Failed, Some(Fault::Retryable)) | (Status::Errored, Some(Fault::Retryable) | None) => {
            count_error(step, attempt, alias, outcome)
        }
    };
    let done = done.or_else(|| timed_out(step, attempt, alias, at));
    match done {
        Some((status, message)) => {
            step.status = Some(status);
            step.message = message;
            step.finished_at = Some(at);
            step.is_done = true;
            Some(status)
        }
        None => {
            wait(step, attempt, alias, outcome, at);
            None
        }
    }
}

fn count_error(
    step: &mut StepState,
    attempt: &AttemptState,
    alias: &str,
    outcome: &Outcome,
) -> Option<(StepStatus, String)> {
    step.error_count += 1;
    let threshold = attempt.error_threshold.max(1);
    (step.error_count >= threshold).then(|| {
        let status = if outcome.status == Status::Failed { StepStatus::Failed } else { StepStatus::Errored };
        (status, format!("step {alias:?} met error threshold of {threshold}: {}", plain(alias, outcome)))
    })
}

/// The message of a failure, as Kargo puts it.
fn plain(alias: &str, outcome: &Outcome) -> String {
    let said = if outcome.message.is_empty() { "it does not say why" } else { outcome.message.as_str() };
    match outcome.status {
        Status::Errored => format!("error running step {alias:?}: {said}"),
        _ => format!("step {alias:?}: {said}"),
    }
}

/// A step's timeout is looked at after each try, so one more try than the time allows is possible, as in Kargo.
fn timed_out(
    step: &StepState,
    attempt: &AttemptState,
    alias: &str,
    at: Timestamp,
) -> Option<(StepStatus, String)> {
    let timeout = Duration::from_millis(attempt.timeout_ms.filter(|ms| *ms > 0)?);
    let elapsed = at.since(step.started_at?);
    (elapsed > timeout).then(|| {
        let text = GoDuration::from_std(timeout).unwrap_or_default();
        (StepStatus::Errored, format!("step {alias:?} timed out after {text}"))
    })
}

fn wait(step: &mut StepState, attempt: &AttemptState, alias: &str, outcome: &Outcome, at: Timestamp) {
    step.wake_on.clone_from(&outcome.wake_on);
    let failed = matches!(outcome.fault, Some(Fault::Retryable)) || outcome.status == Status::Errored;
    let pause = if failed {
        step.status = Some(StepStatus::Running);
        step.message = format!("{}; step will be retried", plain(alias, outcome));
        Duration::from_secs(1 << step.error_count.saturating_sub(1).min(6)).min(MAX_BACKOFF)
    } else {
        // Kargo keeps the status Failed of a step that failed without an error and is tried again.
        step.status =
            Some(if outcome.status == Status::Failed { StepStatus::Failed } else { StepStatus::Running });
        step.message.clone_from(&outcome.message);
        outcome.retry_after_ms.map_or(REQUEUE, |ms| Duration::from_millis(ms).max(MIN_REQUEUE))
    };
    let due = at.plus(pause);
    // A step is looked at once more exactly when its time is up.
    let end = attempt
        .timeout_ms
        .filter(|ms| *ms > 0)
        .and_then(|ms| Some(step.started_at?.plus(Duration::from_millis(ms)).plus(Duration::from_millis(1))));
    step.retry_at = Some(end.map_or(due, |end| due.min(end)));
}
