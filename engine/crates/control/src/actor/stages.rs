//! Settling stages: what others asked of a stage and what it does by itself is recorded and shown in one write.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use windlass_model::event::Recorded;
use windlass_model::event::stage::{StageCommand, StageEvent};
use windlass_model::ids::{FreightName, StageName};
use windlass_model::manifest::stage::Stage;
use windlass_ports::control_plane::{ApiError, Fault};
use windlass_ports::journal::{Append, Durability, UnitKind};
use windlass_ports::records::{DocumentChange, Member};
use windlass_promotion::stage::plan::{Plan, Sight, plan};
use windlass_promotion::stage::{StageState, Verification, apply, decide};
use windlass_promotion::unit::UnitError;

use super::Actor;
use crate::data::{approved_json, verified_json};
use crate::show::Shown;
use crate::show::stage::{StageView, members};

/// Events of a stage that are kept one by one; more of them are put into one.
const MOST_EVENTS: i64 = 200;

/// What was decided about a stage.
struct Decided {
    state: StageState,
    events: Vec<Recorded<StageEvent>>,
    /// The commands that were dealt with: all up to this number.
    consumed: Option<i64>,
    plan: Plan,
}

impl Actor {
    /// Settles every stage for which something may have changed, until nothing changes any more.
    pub(super) async fn settle_all(&mut self) -> Result<(), UnitError> {
        loop {
            let dirty = self.stages.iter().find(|(_, entry)| entry.is_dirty).map(|(name, _)| name.clone());
            let Some(stage) = dirty else { return Ok(()) };
            self.settle(&stage).await?;
            // Only now: what fails is tried again.
            if let Some(entry) = self.stages.get_mut(&stage) {
                entry.is_dirty = false;
            }
            self.settle_promotions_of(&stage).await?;
        }
    }

    /// Settles one stage, and makes the promotions that it wants.
    async fn settle(&mut self, stage: &StageName) -> Result<(), UnitError> {
        let Some(manifest) = self.cell.get().stages.get(stage).cloned() else { return Ok(()) };
        for _ in 0..MOST_ROUNDS {
            let decided = self.decide(stage, &manifest).await?;
            let promotions = decided.plan.promotions.clone();
            self.record(stage, &manifest, decided).await?;
            let mut made = false;
            for (freight, origin) in promotions {
                match self.create(stage, &manifest, &freight, "", false).await {
                    Ok(_) => made = true,
                    Err(error) if error.fault == Fault::Unavailable => {
                        return Err(UnitError::Journal(windlass_ports::journal::JournalError::Unavailable(
                            error.message,
                        )));
                    }
                    Err(error) => {
                        tracing::warn!(project = %self.name, %stage, %freight, %origin, %error, "no promotion is made");
                    }
                }
            }
            if !made {
                break;
            }
        }
        Ok(())
    }

    async fn decide(&self, stage: &StageName, manifest: &Stage) -> Result<Decided, UnitError> {
        let waiting = self.ports.journal.inbox(&self.unit(UnitKind::Stage, stage.as_str())).await?;
        let now = self.ports.clock.now();
        let mut state = self.stages.get(stage).map(|entry| entry.state.clone()).unwrap_or_default();
        let mut events = Vec::new();
        let mut add = |state: &mut StageState, event: StageEvent| {
            let event = Recorded::new(now, event);
            apply(state, &event);
            events.push(event);
        };
        let consumed = waiting.last().map(|(number, _)| *number);
        for (_, command) in waiting {
            let command: StageCommand =
                serde_json::from_value(command).map_err(|e| UnitError::Damaged(e.to_string()))?;
            for event in decide(&state, command, Verification::WhenHealthy) {
                add(&mut state, event);
            }
        }
        let project = self.cell.get();
        let index = self.index();
        let sight = Sight {
            name: stage,
            spec: &manifest.spec,
            auto_promotion: project.is_auto_promoted(&manifest.metadata),
            freight: &*index,
            now,
        };
        let mut plan = plan(&state, &sight);
        for event in std::mem::take(&mut plan.events) {
            add(&mut state, event);
        }
        Ok(Decided { state, events, consumed, plan })
    }

    /// Records what was decided, shows it, and tells the stages downstream.
    async fn record(
        &mut self,
        stage: &StageName,
        manifest: &Stage,
        decided: Decided,
    ) -> Result<(), UnitError> {
        let before = self.stages.get(stage).map(|entry| &entry.state);
        let touched = touched(&decided.events, before);
        let members = self.members(stage, manifest, &decided.state);
        let shown = Shown::of_members(&members);
        let mut documents: Vec<DocumentChange> = self.changes(stage, &shown, &members).into_iter().collect();
        documents.extend(touched.iter().map(|freight| self.freight_status(stage, &decided.state, freight)));
        let unit = self.unit(UnitKind::Stage, stage.as_str());
        let entry = self.stages.entry(stage.clone()).or_default();
        if !decided.events.is_empty() || decided.consumed.is_some() {
            let events = decided.events.iter().map(serde_json::to_value).collect::<Result<Vec<Value>, _>>();
            let append = Append {
                unit: unit.clone(),
                expected: entry.version,
                fencing: None,
                events: events.map_err(|e| UnitError::Damaged(e.to_string()))?,
                summary: serde_json::json!({ "freight": decided.state.current().map(|c| &c.id) }),
                commands: Vec::new(),
                consumed: decided.consumed,
                documents,
                durability: Durability::Synced,
            };
            let before = entry.version.0;
            entry.is_in_doubt = true;
            entry.version = self.ports.journal.append(append).await?;
            if before / MOST_EVENTS != entry.version.0 / MOST_EVENTS {
                let state =
                    serde_json::to_value(&decided.state).map_err(|e| UnitError::Damaged(e.to_string()))?;
                let snapshot = Recorded::new(self.ports.clock.now(), StageEvent::Snapshot { state });
                let snapshot =
                    serde_json::to_value(snapshot).map_err(|e| UnitError::Damaged(e.to_string()))?;
                self.ports.journal.compact(&unit, entry.version, snapshot).await?;
            }
            entry.is_in_doubt = false;
        } else if !documents.is_empty() {
            self.ports.resources.write(documents).await?;
        }
        let now = self.ports.clock.now();
        entry.state = decided.state;
        entry.shown = shown;
        entry.look_again = decided.plan.look_again;
        if decided.plan.assess || entry.assess_at.is_some_and(|at| at <= now) {
            self.assess(stage);
        }
        self.moved(stage, &touched);
        Ok(())
    }

    /// The members of a stage's status.
    fn members(&self, stage: &StageName, manifest: &Stage, state: &StageState) -> BTreeMap<String, Value> {
        let project = self.cell.get();
        let entry = self.stages.get(stage);
        let view = StageView {
            manifest,
            state,
            auto_promotion: project.is_auto_promoted(&manifest.metadata),
            not_enforced: project.not_enforced(manifest),
            conditions_before: entry.and_then(|entry| entry.shown.conditions()),
            refreshed: entry.and_then(|entry| entry.refreshed.as_deref()),
            now: self.ports.clock.now(),
        };
        members(&view)
    }

    /// What of a stage's status is to be written.
    fn changes(
        &self,
        stage: &StageName,
        after: &Shown,
        members: &BTreeMap<String, Value>,
    ) -> Option<DocumentChange> {
        let nothing = Shown::default();
        let before = self.stages.get(stage).map_or(&nothing, |entry| &entry.shown);
        let members = before.changes(after, members);
        let key = self.document("Stage", stage.as_str());
        (!members.is_empty()).then_some(DocumentChange::SetMembers { key, members })
    }

    /// What the document of a freight says of a stage.
    pub(super) fn freight_status(
        &self,
        stage: &StageName,
        state: &StageState,
        freight: &FreightName,
    ) -> DocumentChange {
        let mut status = windlass_promotion::availability::FreightStatus::default();
        state.add_to(&mut status, stage, freight);
        let name = stage.as_str();
        let members = [
            ("currentlyIn", status.currently_in.get(name).map(|since| serde_json::json!({ "since": since }))),
            ("verifiedIn", status.verified_in.get(name).map(verified_json)),
            ("approvedFor", status.approved_for.get(name).map(|at| approved_json(*at))),
        ];
        let members = members.map(|(member, value)| Member {
            path: ["status", member, name].map(str::to_owned).into(),
            value,
        });
        DocumentChange::SetMembers {
            key: self.document("Freight", freight.as_str()),
            members: members.into(),
        }
    }

    /// Freight has moved in a stage: those that take freight from there look again.
    pub(super) fn moved(&mut self, stage: &StageName, freight: &BTreeSet<FreightName>) {
        if freight.is_empty() {
            return;
        }
        let entry = self.stages.get(stage).map(|entry| entry.state.clone()).unwrap_or_default();
        {
            let mut index = self.index_mut();
            for name in freight {
                if let Some(status) = index.status_mut(name) {
                    status.currently_in.remove(stage.as_str());
                    status.verified_in.remove(stage.as_str());
                    status.approved_for.remove(stage.as_str());
                    entry.add_to(status, stage, name);
                }
            }
        }
        let project = self.cell.get();
        for (other, manifest) in &project.stages {
            let takes = manifest
                .spec
                .requested_freight
                .iter()
                .any(|request| request.sources.stages.iter().any(|upstream| upstream == stage.as_str()));
            if takes {
                self.mark(other);
            }
        }
    }

    /// Records something about a stage that was asked for.
    pub(super) async fn record_event(
        &mut self,
        stage: &StageName,
        event: StageEvent,
    ) -> Result<(), ApiError> {
        let Some(manifest) = self.cell.get().stages.get(stage).cloned() else {
            return Err(ApiError::not_found(format!("Stage.kargo.akuity.io {:?} not found", stage.as_str())));
        };
        let mut state = self.stages.get(stage).map(|entry| entry.state.clone()).unwrap_or_default();
        let event = Recorded::new(self.ports.clock.now(), event);
        apply(&mut state, &event);
        let decided = Decided { state, events: vec![event], consumed: None, plan: Plan::default() };
        self.record(stage, &manifest, decided).await.map_err(|e| unavailable(&e))?;
        self.mark(stage);
        Ok(())
    }
}

/// Rounds in which a stage may make promotions at one time.
const MOST_ROUNDS: usize = 8;

/// A failure of the store, for whoever asked.
pub(super) fn unavailable(error: &UnitError) -> ApiError {
    ApiError::new(Fault::Unavailable, error.to_string())
}

/// The freight whose way the events change: also what leaves for what comes.
fn touched(events: &[Recorded<StageEvent>], before: Option<&StageState>) -> BTreeSet<FreightName> {
    let mut touched = BTreeSet::new();
    for event in events {
        match &event.event {
            StageEvent::PromotionRecorded { collection: Some(collection), .. } => {
                let names =
                    collection.iter().filter_map(|freight| FreightName::new(freight.name.clone()).ok());
                touched.extend(names);
                touched.extend(before.into_iter().flat_map(|state| state.entered.keys().cloned()));
            }
            StageEvent::FreightVerified { freight }
            | StageEvent::FreightApproved { freight, .. }
            | StageEvent::FreightForgotten { freight } => {
                touched.insert(freight.clone());
            }
            StageEvent::PromotionQueued { .. }
            | StageEvent::PromotionAdmitted { .. }
            | StageEvent::PromotionRecorded { collection: None, .. }
            | StageEvent::CollectionVerified { .. }
            | StageEvent::HealthAssessed { .. }
            | StageEvent::HoldsCleared { .. }
            | StageEvent::Snapshot { .. } => {}
        }
    }
    touched
}
