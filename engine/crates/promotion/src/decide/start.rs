//! A promotion's steps begin.

use windlass_model::event::promotion::PromotionEvent;
use windlass_model::promotion::{Components, Phase};

use super::{Decision, Refused};
use crate::state::PromotionState;

/// Starts a promotion with the components that it will keep to its end.
///
/// # Errors
/// If it is not waiting to be started.
pub fn start(state: &PromotionState, components: Components) -> Decision {
    match state.phase {
        Phase::Pending => Ok(vec![PromotionEvent::Started { components }]),
        Phase::Running | Phase::Succeeded | Phase::Failed | Phase::Errored | Phase::Aborted => {
            Err(Refused::Phase(state.phase.to_string()))
        }
    }
}
