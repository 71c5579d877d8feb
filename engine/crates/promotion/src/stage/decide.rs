//! What a command of another unit comes to.

use windlass_model::event::stage::{StageCommand, StageEvent};
use windlass_model::promotion::Phase;

use super::StageState;

/// When freight that a promotion brought counts as verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verification {
    /// With the end of the promotion: nothing watches the stage's health.
    AtOnce,
    /// Once the stage is healthy, see [`super::plan`].
    WhenHealthy,
}

/// Decides about a command of another unit.
#[must_use]
pub fn decide(state: &StageState, command: StageCommand, verification: Verification) -> Vec<StageEvent> {
    match command {
        StageCommand::QueuePromotion { promotion, queued } => {
            if state.queue.contains_key(&promotion) || has_ended(state, &promotion) {
                return Vec::new();
            }
            vec![StageEvent::PromotionQueued { promotion, queued }]
        }
        StageCommand::RecordPromotion { promotion, uid, phase, freight, collection, health_checks } => {
            // A command can be delivered twice; a promotion ends once.
            if has_ended(state, &promotion) {
                return Vec::new();
            }
            let mut events = vec![StageEvent::PromotionRecorded {
                promotion,
                uid,
                phase,
                freight: freight.clone(),
                collection: collection.filter(|_| phase == Phase::Succeeded),
                health_checks,
            }];
            let at_once = verification == Verification::AtOnce && phase == Phase::Succeeded;
            if at_once && !state.verified.contains_key(&freight) {
                events.push(StageEvent::FreightVerified { freight });
            }
            events
        }
        StageCommand::PassOn { freight, .. } => {
            if state.verified.contains_key(&freight) {
                Vec::new()
            } else {
                vec![StageEvent::FreightVerified { freight }]
            }
        }
    }
}

fn has_ended(state: &StageState, promotion: &windlass_model::ids::PromotionName) -> bool {
    state.history.iter().any(|(known, _)| known == promotion)
}
