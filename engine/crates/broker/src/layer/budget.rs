//! Counts calls and refuses them once there have been too many or the attempt is over.

use std::sync::Arc;

use async_trait::async_trait;
use windlass_model::call::{Answer, Call, CallError, ErrorKind};
use windlass_ports::clock::Clock;

use super::{Layer, Next};
use crate::session::Session;

/// The budget layer.
pub(crate) struct Budget {
    pub(crate) clock: Arc<dyn Clock>,
}

#[async_trait]
impl Layer for Budget {
    async fn call(&self, session: &Arc<Session>, call: Call, next: Next<'_>) -> Answer {
        // The log has a budget of its own, in bytes, and a log that fails must not fail its step.
        let free = matches!(
            call,
            Call::LogWrite(_) | Call::LogProgress(_) | Call::GitUpdateRef(_) | Call::Cancelled(_)
        );
        if !free && !session.count_call() {
            let most = session.spec.limits.calls;
            return Err(CallError::limit(
                "calls",
                format!("the step has made more than {most} calls; raise the limit calls"),
            ));
        }
        if call.reaches_out() {
            if session.spec.cancel.is_cancelled() {
                return Err(CallError::cancelled());
            }
            if self.clock.now() >= session.deadline {
                return Err(CallError::new(ErrorKind::TimedOut, "timed-out", "the attempt's time is up"));
            }
        }
        next.call(session, call).await
    }
}
