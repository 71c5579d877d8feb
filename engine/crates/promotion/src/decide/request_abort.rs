//! Somebody wants a promotion to stop.

use windlass_model::event::promotion::PromotionEvent;

use super::{Decision, Refused};
use crate::state::PromotionState;

/// Records who wants it to stop. A step that is running is cancelled by whoever runs it.
///
/// # Errors
/// If it has ended.
pub fn request_abort(state: &PromotionState, actor: String) -> Decision {
    if state.phase.is_terminal() {
        return Err(Refused::Phase(state.phase.to_string()));
    }
    match state.abort_requested_by {
        Some(_) => Ok(Vec::new()),
        None => Ok(vec![PromotionEvent::AbortRequested { actor }]),
    }
}
