//! The stages of a project as units: what other units asked of them is decided and recorded, and what follows from it is
//! asked of the stages downstream, in the same transaction.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;
use tokio::sync::Mutex;
use windlass_model::event::stage::{StageCommand, StageEvent};
use windlass_model::event::warehouse::WarehouseEvent;
use windlass_model::event::{EVENT_VERSION, Recorded};
use windlass_model::freight::FreightOrigin;
use windlass_model::ids::{FreightName, ProjectName, StageName, TenantId};
use windlass_model::manifest::stage::StageSpec;
use windlass_ports::clock::Clock;
use windlass_ports::journal::{Append, Durability, Journal, JournalError, UnitKey, UnitKind, Version};

use crate::availability::{FreightStatus, check_available};
use crate::stage::{StageState, Verification, decide};
use crate::unit::UnitError;

/// Events to record, and commands for other units.
type Decided = (Vec<serde_json::Value>, Vec<(UnitKey, serde_json::Value)>);

/// The stages of one project.
pub struct ProjectStages {
    journal: Arc<dyn Journal>,
    clock: Arc<dyn Clock>,
    tenant: TenantId,
    project: ProjectName,
    specs: BTreeMap<StageName, StageSpec>,
    /// The states as far as they have been read: a stage has an event for every promotion that it ever saw.
    known: Mutex<BTreeMap<StageName, Known>>,
}

/// The state of a stage after so many events.
type Known = (Arc<StageState>, Version);

impl ProjectStages {
    /// The stages with these specifications.
    #[must_use]
    pub fn new(
        journal: Arc<dyn Journal>,
        clock: Arc<dyn Clock>,
        tenant: TenantId,
        project: ProjectName,
        specs: BTreeMap<StageName, StageSpec>,
    ) -> Self {
        Self { journal, clock, tenant, project, specs, known: Mutex::default() }
    }

    /// The state of a stage.
    ///
    /// # Errors
    /// If the journal fails or is damaged.
    pub async fn state(&self, stage: &StageName) -> Result<Arc<StageState>, UnitError> {
        Ok(self.load(stage).await?.0)
    }

    /// What is known of the way of a freight through the stages.
    ///
    /// # Errors
    /// If the journal fails or is damaged.
    pub async fn freight_status(&self, freight: &FreightName) -> Result<FreightStatus, UnitError> {
        Ok(self.freight_statuses(std::slice::from_ref(freight)).await?.remove(freight).unwrap_or_default())
    }

    /// The same of several.
    ///
    /// # Errors
    /// If the journal fails or is damaged.
    pub async fn freight_statuses(
        &self,
        freights: &[FreightName],
    ) -> Result<BTreeMap<FreightName, FreightStatus>, UnitError> {
        let mut statuses: BTreeMap<FreightName, FreightStatus> =
            freights.iter().map(|freight| (freight.clone(), FreightStatus::default())).collect();
        for stage in self.specs.keys() {
            let state = self.state(stage).await?;
            for (freight, status) in &mut statuses {
                state.add_to(status, stage, freight);
            }
        }
        Ok(statuses)
    }

    /// Records that a warehouse made freight; control-flow stages that take it straight from there pass it on.
    ///
    /// # Errors
    /// If the journal fails.
    pub async fn freight_created(
        &self,
        freight: &FreightName,
        origin: &FreightOrigin,
    ) -> Result<(), UnitError> {
        let unit = self.unit(UnitKind::Warehouse, &origin.name);
        let version = self
            .journal
            .read(&unit, Version::default())
            .await?
            .last()
            .map(|(version, _)| *version)
            .unwrap_or_default();
        let event = WarehouseEvent::FreightCreated { freight: freight.clone() };
        let takes_directly = |spec: &StageSpec| {
            spec.requested_freight.iter().any(|request| request.origin == *origin && request.sources.direct)
        };
        let append = Append {
            unit,
            expected: version,
            fencing: None,
            events: vec![to_json(&Recorded::new(self.clock.now(), event))?],
            summary: json!({ "lastFreight": freight }),
            commands: self.pass_on(freight, origin, takes_directly)?,
            consumed: None,
            documents: Vec::new(),
            durability: Durability::Synced,
        };
        self.journal.append(append).await?;
        self.process().await
    }

    /// Deals with everything that stages were asked, until nothing is left.
    ///
    /// # Errors
    /// If the journal fails or is damaged.
    pub async fn process(&self) -> Result<(), UnitError> {
        let mut again = true;
        while again {
            again = false;
            for stage in self.specs.keys() {
                again |= self.process_stage(stage).await?;
            }
        }
        Ok(())
    }

    /// Deals with what one stage was asked; whether there was anything.
    async fn process_stage(&self, stage: &StageName) -> Result<bool, UnitError> {
        let unit = self.unit(UnitKind::Stage, stage.as_str());
        let waiting = self.journal.inbox(&unit).await?;
        let Some((last, _)) = waiting.last() else { return Ok(false) };
        let consumed = Some(*last);
        let (state, expected) = self.load(stage).await?;
        let mut state = Arc::unwrap_or_clone(state);
        let (mut events, mut commands) = (Vec::new(), Vec::new());
        for (_, command) in waiting {
            let command: StageCommand = serde_json::from_value(command).map_err(damaged)?;
            if self.applies(stage, &command).await? {
                let (more, asks) = self.decide(stage, &mut state, command)?;
                events.extend(more);
                commands.extend(asks);
            }
        }
        self.append(stage, &state, expected, events, commands, consumed).await?;
        Ok(true)
    }

    /// The events of a command, applied to `state`, and what they ask of other stages.
    fn decide(
        &self,
        stage: &StageName,
        state: &mut StageState,
        command: StageCommand,
    ) -> Result<Decided, UnitError> {
        let (mut events, mut commands) = (Vec::new(), Vec::new());
        let origin = origin_of(&command);
        for event in decide(state, command, Verification::AtOnce) {
            if let (StageEvent::FreightVerified { freight }, Some(origin)) = (&event, &origin) {
                let comes_from = |spec: &StageSpec| {
                    spec.requested_freight.iter().any(|request| {
                        request.origin == *origin
                            && request.sources.stages.iter().any(|upstream| upstream == stage.as_str())
                    })
                };
                commands.extend(self.pass_on(freight, origin, comes_from)?);
            }
            let event = Recorded::new(self.clock.now(), event);
            crate::stage::apply(state, &event);
            events.push(to_json(&event)?);
        }
        Ok((events, commands))
    }

    async fn append(
        &self,
        stage: &StageName,
        state: &StageState,
        expected: Version,
        events: Vec<serde_json::Value>,
        commands: Vec<(UnitKey, serde_json::Value)>,
        consumed: Option<i64>,
    ) -> Result<(), UnitError> {
        let append = Append {
            unit: self.unit(UnitKind::Stage, stage.as_str()),
            expected,
            fencing: None,
            events,
            summary: json!({ "verified": state.verified.len(), "promotions": state.history.len() }),
            commands,
            consumed,
            documents: Vec::new(),
            durability: Durability::Synced,
        };
        match self.journal.append(append).await {
            // Somebody else dealt with it, or added to it: it is looked at again.
            Ok(_) | Err(JournalError::Conflict) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Looks again whether control-flow stages can pass freight on by now: time alone can make it available.
    ///
    /// # Errors
    /// If the journal fails or is damaged.
    pub async fn reconsider(&self, freight: &FreightName, origin: &FreightOrigin) -> Result<(), UnitError> {
        let command = StageCommand::PassOn { freight: freight.clone(), origin: origin.clone() };
        for stage in self.specs.keys() {
            if !self.applies(stage, &command).await? {
                continue;
            }
            let (state, expected) = self.load(stage).await?;
            let mut state = Arc::unwrap_or_clone(state);
            let (events, commands) = self.decide(stage, &mut state, command.clone())?;
            if !events.is_empty() {
                self.append(stage, &state, expected, events, commands, None).await?;
            }
        }
        self.process().await
    }

    /// Whether freight that may be passed on is available to the stage by now.
    async fn applies(&self, stage: &StageName, command: &StageCommand) -> Result<bool, UnitError> {
        let StageCommand::PassOn { freight, origin } = command else { return Ok(true) };
        let Some(spec) = self.specs.get(stage).filter(|spec| spec.is_control_flow()) else {
            return Ok(false);
        };
        let status = self.freight_status(freight).await?;
        Ok(check_available(stage.as_str(), spec, origin, &status, self.clock.now()).is_ok())
    }

    /// What the control-flow stages that `takes` picks are asked.
    fn pass_on(
        &self,
        freight: &FreightName,
        origin: &FreightOrigin,
        takes: impl Fn(&StageSpec) -> bool,
    ) -> Result<Vec<(UnitKey, serde_json::Value)>, UnitError> {
        let command = StageCommand::PassOn { freight: freight.clone(), origin: origin.clone() };
        let command = serde_json::to_value(command).map_err(damaged)?;
        let takers = self.specs.iter().filter(|(_, spec)| spec.is_control_flow() && takes(spec));
        Ok(takers.map(|(stage, _)| (self.unit(UnitKind::Stage, stage.as_str()), command.clone())).collect())
    }

    /// The state of a stage and how many events that is: what is known of it, and what has come since.
    async fn load(&self, stage: &StageName) -> Result<Known, UnitError> {
        let mut known = self.known.lock().await;
        let (state, version) = known.entry(stage.clone()).or_default();
        let unit = self.unit(UnitKind::Stage, stage.as_str());
        for (at, event) in self.journal.read(&unit, *version).await? {
            let recorded: Recorded<StageEvent> = serde_json::from_value(event).map_err(damaged)?;
            if recorded.v > EVENT_VERSION {
                return Err(UnitError::Damaged("it was written by a newer version of windlass".to_owned()));
            }
            crate::stage::apply(Arc::make_mut(state), &recorded);
            *version = at;
        }
        Ok((Arc::clone(state), *version))
    }

    fn unit(&self, kind: UnitKind, id: &str) -> UnitKey {
        UnitKey { tenant: self.tenant.clone(), project: self.project.clone(), kind, id: id.to_owned() }
    }
}

/// Where the freight of a command comes from.
fn origin_of(command: &StageCommand) -> Option<FreightOrigin> {
    match command {
        StageCommand::PassOn { origin, .. } => Some(origin.clone()),
        StageCommand::QueuePromotion { queued, .. } => Some(queued.origin.clone()),
        StageCommand::RecordPromotion { freight, collection, .. } => collection
            .as_ref()?
            .iter()
            .find(|reference| reference.name == freight.as_str())
            .map(|reference| reference.origin.clone()),
    }
}

fn to_json<E: serde::Serialize>(event: &Recorded<E>) -> Result<serde_json::Value, UnitError> {
    serde_json::to_value(event).map_err(damaged)
}

fn damaged(error: serde_json::Error) -> UnitError {
    UnitError::Damaged(error.to_string())
}
