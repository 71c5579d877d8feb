//! A stage as a unit of decision: what was promoted into it, and which freight counts as verified there.
//!
//! Until verification comes, freight that a promotion brought counts as verified at once, and a control-flow stage passes
//! everything on at once (`kargo.md` 5.5, 5.7).

use std::collections::BTreeMap;

use windlass_model::event::Recorded;
use windlass_model::event::stage::{StageCommand, StageEvent};
use windlass_model::freight::FreightCollection;
use windlass_model::ids::{FreightName, StageName};
use windlass_model::promotion::Phase;
use windlass_model::time::Timestamp;

use crate::availability::{FreightStatus, Verified};

/// The state of a stage: a fold over its events.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StageState {
    /// The freight that is in it, and since when it is.
    pub current: Option<(FreightCollection, Timestamp)>,
    /// Which freight was verified here, and how long it stayed after it had left.
    pub verified: BTreeMap<FreightName, Stay>,
    /// The promotions that ended, newest last.
    pub history: Vec<(windlass_model::ids::PromotionName, Phase)>,
}

/// How long freight stayed in a stage.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stay {
    /// The longest time, once it has left.
    pub longest: Option<std::time::Duration>,
}

impl StageState {
    /// Adds to the status of a freight what this stage knows of it.
    pub(crate) fn add_to(&self, status: &mut FreightStatus, stage: &StageName, freight: &FreightName) {
        if let Some(stay) = self.verified.get(freight) {
            status.verified_in.insert(stage.to_string(), Verified { longest_soak: stay.longest });
        }
        if let Some((collection, since)) = &self.current
            && collection.iter().any(|reference| reference.name == freight.as_str())
        {
            status.currently_in.insert(stage.to_string(), *since);
        }
    }
}

/// Adds one event to the state.
pub fn apply(state: &mut StageState, recorded: &Recorded<StageEvent>) {
    match &recorded.event {
        StageEvent::PromotionRecorded { promotion, phase, collection, .. } => {
            state.history.push((promotion.clone(), *phase));
            if let Some(collection) = collection {
                enter(state, collection, recorded.at);
            }
        }
        StageEvent::FreightVerified { freight } => {
            state.verified.entry(freight.clone()).or_default();
        }
    }
}

/// Freight that stays keeps the time since which it is here; freight that leaves keeps how long it was.
fn enter(state: &mut StageState, collection: &FreightCollection, at: Timestamp) {
    let same = state.current.as_ref().is_some_and(|(current, _)| current.id == collection.id);
    if same {
        return;
    }
    if let Some((left, since)) = state.current.take() {
        for freight in left.iter() {
            let Ok(name) = FreightName::new(freight.name.clone()) else { continue };
            if let Some(stay) = state.verified.get_mut(&name) {
                stay.longest = stay.longest.max(Some(at.since(since)));
            }
        }
    }
    state.current = Some((collection.clone(), at));
}

/// Decides about a command of another unit.
#[must_use]
pub fn decide(state: &StageState, command: StageCommand) -> Vec<StageEvent> {
    match command {
        StageCommand::RecordPromotion { promotion, uid, phase, freight, collection } => {
            // A command can be delivered twice; a promotion ends once.
            if state.history.iter().any(|(known, _)| *known == promotion) {
                return Vec::new();
            }
            let mut events = vec![StageEvent::PromotionRecorded {
                promotion,
                uid,
                phase,
                freight: freight.clone(),
                collection: collection.filter(|_| phase == Phase::Succeeded),
            }];
            if phase == Phase::Succeeded && !state.verified.contains_key(&freight) {
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
