//! A stage as a unit of decision: the promotions that wait for it, what is in it, and which freight counts as verified or
//! approved there.
//!
//! `decide` says what a command comes to, `plan` what the stage does by itself, `candidate` which freight it would take, `policy` whether it
//! takes it by itself.

pub mod candidate;
mod decide;
pub mod plan;
pub mod policy;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use windlass_model::event::Recorded;
use windlass_model::event::stage::{Health, Hold, Holds, Intent, QueuedPromotion, StageEvent};
use windlass_model::freight::FreightCollection;
use windlass_model::ids::{FreightName, PromotionName, PromotionUid, StageName};
use windlass_model::outcome::HealthCheck;
use windlass_model::promotion::Phase;
use windlass_model::time::Timestamp;

use crate::availability::{FreightStatus, Verified};

pub use decide::{Verification, decide};

/// Collections of freight that a stage remembers, as in Kargo.
const REMEMBERED_COLLECTIONS: usize = 10;

/// Ended promotions that are remembered to know a command that comes twice.
const REMEMBERED_PROMOTIONS: usize = 100;

/// The state of a stage: a fold over its events.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct StageState {
    /// The freight that is and was in it, newest first.
    pub collections: Vec<PastCollection>,
    /// Since when freight is in it.
    pub entered: BTreeMap<FreightName, Timestamp>,
    /// Which freight was verified here, when, and how long it stayed after it had left.
    pub verified: BTreeMap<FreightName, Stay>,
    /// Which freight was approved for it, and when.
    pub approved: BTreeMap<FreightName, Timestamp>,
    /// The promotions that ended, newest last.
    pub history: Vec<(PromotionName, Phase)>,
    /// The promotions that have not ended, by name and so by age.
    pub queue: BTreeMap<PromotionName, QueuedPromotion>,
    /// The promotion whose turn it is.
    pub admitted: Option<PromotionName>,
    /// The newest promotion that ended.
    pub last: Option<LastPromotion>,
    /// How the newest promotion of each freight ended.
    pub outcomes: BTreeMap<FreightName, (PromotionName, Phase)>,
    /// For which origins automatic promotion is held back.
    pub holds: Holds,
    /// How it is.
    pub health: Option<Health>,
}

/// A collection that is or was in a stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PastCollection {
    /// The freight.
    pub collection: FreightCollection,
    /// When it was verified.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub verified_at: Vec<Timestamp>,
}

/// The promotion that ended last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LastPromotion {
    /// Its name.
    pub name: PromotionName,
    /// Its unique id.
    pub uid: PromotionUid,
    /// What it promoted.
    pub freight: FreightName,
    /// How it ended.
    pub phase: Phase,
    /// When.
    pub finished_at: Timestamp,
    /// What is to be checked of the stage because of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub health_checks: Vec<HealthCheck>,
}

/// How long freight stayed in a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Stay {
    /// When it was verified there.
    pub at: Timestamp,
    /// The longest time in microseconds, once it has left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    longest_micros: Option<u64>,
}

impl Stay {
    fn new(at: Timestamp) -> Self {
        Self { at, longest_micros: None }
    }

    /// The longest time, once it has left.
    #[must_use]
    pub fn longest(&self) -> Option<std::time::Duration> {
        self.longest_micros.map(std::time::Duration::from_micros)
    }
}

impl StageState {
    /// The freight that is in it.
    #[must_use]
    pub fn current(&self) -> Option<&FreightCollection> {
        self.collections.first().map(|past| &past.collection)
    }

    /// What is to be checked of the stage: what its last promotion left, if it succeeded.
    #[must_use]
    pub fn health_checks(&self) -> &[HealthCheck] {
        match &self.last {
            Some(last) if last.phase == Phase::Succeeded => &last.health_checks,
            _ => &[],
        }
    }

    /// Adds to the status of a freight what this stage knows of it.
    pub fn add_to(&self, status: &mut FreightStatus, stage: &StageName, freight: &FreightName) {
        if let Some(stay) = self.verified.get(freight) {
            let verified = Verified { at: Some(stay.at), longest_soak: stay.longest() };
            status.verified_in.insert(stage.to_string(), verified);
        }
        if let Some(since) = self.entered.get(freight) {
            status.currently_in.insert(stage.to_string(), *since);
        }
        if let Some(at) = self.approved.get(freight) {
            status.approved_for.insert(stage.to_string(), Some(*at));
        }
    }

    /// All freight that this stage knows something of.
    pub fn known_freight(&self) -> impl Iterator<Item = &FreightName> {
        self.verified.keys().chain(self.entered.keys()).chain(self.approved.keys())
    }

    /// What holds automatic promotion back: what was asked for by promotions that ended, and by those that wait.
    #[must_use]
    pub fn effective_holds(&self) -> Holds {
        let mut holds = self.holds.clone();
        for (name, queued) in &self.queue {
            apply_intent(&mut holds, name, queued);
        }
        holds
    }
}

/// What a promotion means for automatic promotion of its origin. A promotion's name begins with its time.
fn apply_intent(holds: &mut Holds, name: &PromotionName, queued: &QueuedPromotion) {
    let origin = queued.origin.to_string();
    match queued.intent {
        None => {}
        Some(Intent::Resume) => {
            holds.remove(&origin);
        }
        Some(Intent::Hold) => {
            let hold = Hold {
                freight_name: queued.freight.clone(),
                origin: queued.origin.clone(),
                promotion_name: name.clone(),
                actor: queued.actor.clone(),
                created_at: queued.made_at,
            };
            holds.insert(origin, hold);
        }
    }
}

/// Adds one event to the state.
pub fn apply(state: &mut StageState, recorded: &Recorded<StageEvent>) {
    let at = recorded.at;
    match &recorded.event {
        StageEvent::PromotionQueued { promotion, queued } => {
            state.queue.insert(promotion.clone(), queued.clone());
        }
        StageEvent::PromotionAdmitted { promotion } => state.admitted = Some(promotion.clone()),
        StageEvent::PromotionRecorded { promotion, uid, phase, freight, collection, health_checks } => {
            let ended = LastPromotion {
                name: promotion.clone(),
                uid: *uid,
                freight: freight.clone(),
                phase: *phase,
                finished_at: at,
                health_checks: health_checks.clone(),
            };
            record(state, ended);
            if let Some(collection) = collection {
                enter(state, collection, at);
            }
        }
        StageEvent::FreightVerified { freight } => {
            state.verified.entry(freight.clone()).or_insert_with(|| Stay::new(at));
        }
        StageEvent::CollectionVerified { collection } => {
            if let Some(past) = state.collections.first_mut().filter(|past| past.collection.id == *collection)
            {
                past.verified_at.insert(0, at);
                past.verified_at.truncate(REMEMBERED_COLLECTIONS);
            }
        }
        StageEvent::FreightApproved { freight, .. } => {
            state.approved.entry(freight.clone()).or_insert(at);
        }
        StageEvent::FreightForgotten { freight } => {
            state.verified.remove(freight);
            state.approved.remove(freight);
            state.outcomes.remove(freight);
        }
        StageEvent::HealthAssessed { health } => state.health = Some(health.clone()),
        StageEvent::HoldsCleared { origins } => {
            state.holds.retain(|origin, _| !origins.contains(origin));
        }
        StageEvent::Snapshot { state: snapshot } => {
            if let Ok(snapshot) = serde_json::from_value(snapshot.clone()) {
                *state = snapshot;
            }
        }
    }
}

/// A promotion has ended.
fn record(state: &mut StageState, ended: LastPromotion) {
    if let Some(queued) = state.queue.remove(&ended.name)
        && ended.phase != Phase::Aborted
    {
        apply_intent(&mut state.holds, &ended.name, &queued);
    }
    if state.admitted.as_ref() == Some(&ended.name) {
        state.admitted = None;
    }
    state.history.push((ended.name.clone(), ended.phase));
    if state.history.len() > REMEMBERED_PROMOTIONS {
        state.history.remove(0);
    }
    let is_newer = |known: &PromotionName| *known < ended.name;
    if state.outcomes.get(&ended.freight).is_none_or(|(known, _)| is_newer(known)) {
        state.outcomes.insert(ended.freight.clone(), (ended.name.clone(), ended.phase));
    }
    if state.last.as_ref().is_none_or(|last| is_newer(&last.name)) {
        state.last = Some(ended);
    }
}

/// Freight that stays keeps the time since which it is here; freight that leaves keeps how long it was.
fn enter(state: &mut StageState, collection: &FreightCollection, at: Timestamp) {
    let names: Vec<FreightName> =
        collection.iter().filter_map(|freight| FreightName::new(freight.name.clone()).ok()).collect();
    let left: Vec<FreightName> = state.entered.keys().filter(|name| !names.contains(name)).cloned().collect();
    for name in left {
        let since = state.entered.remove(&name);
        if let (Some(stay), Some(since)) = (state.verified.get_mut(&name), since) {
            let stayed = u64::try_from(at.since(since).as_micros()).unwrap_or(u64::MAX);
            stay.longest_micros = stay.longest_micros.max(Some(stayed));
        }
    }
    for name in names {
        state.entered.entry(name).or_insert(at);
    }
    state.collections.insert(0, PastCollection { collection: collection.clone(), verified_at: Vec::new() });
    state.collections.truncate(REMEMBERED_COLLECTIONS);
    state.health = None;
}
