//! A promotion as a unit: its state in memory, its events in the journal, one writer.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::json;
use tokio::sync::{Mutex, Notify};
use windlass_model::call::{Answer, Call, Reply};
use windlass_model::digest::Digest;
use windlass_model::event::promotion::{EffectId, PromotionEvent, StepIndex};
use windlass_model::event::stage::StageCommand;
use windlass_model::event::{EVENT_VERSION, Recorded};
use windlass_model::ids::{FencingToken, FreightName, Lease};
use windlass_model::promotion::PromotionRecord;
use windlass_model::time::Timestamp;
use windlass_ports::clock::Clock;
use windlass_ports::effects::{Begun, EffectError, EffectRecord};
use windlass_ports::journal::{Append, Durability, Journal, JournalError, UnitKey, UnitKind, Version};
use windlass_ports::records::{DocumentChange, Member, ResourceKey};

use crate::apply::{IllegalTransition, apply, fold};
use crate::decide::begin_effect::{BeginEffect, begin_effect};
use crate::decide::finish_effect::finish_effect;
use crate::decide::{Decision, Refused, create};
use crate::sealed::SealKey;
use crate::show::{STATUS_MEMBERS, promotion_status};
use crate::state::PromotionState;

/// Why a unit cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnitError {
    /// The journal refuses or fails.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The events do not fit each other.
    #[error("the journal of the promotion is damaged: {0}")]
    Damaged(String),
    /// The command does not fit the state.
    #[error(transparent)]
    Refused(#[from] Refused),
}

impl From<IllegalTransition> for UnitError {
    fn from(error: IllegalTransition) -> Self {
        Self::Damaged(error.to_string())
    }
}

/// One promotion with its writer.
pub struct PromotionUnit {
    journal: Arc<dyn Journal>,
    clock: Arc<dyn Clock>,
    key: UnitKey,
    fencing: FencingToken,
    shown: Option<Shown>,
    woken: Notify,
    inner: Mutex<Inner>,
}

struct Inner {
    state: PromotionState,
    version: Version,
    /// How often the current run of a try has made a call of each digest.
    occurrences: HashMap<(StepIndex, u32, Digest), u32>,
    /// Events that are decided and not yet in the journal: they go with the next append.
    pending: Vec<Recorded<PromotionEvent>>,
}

/// Where a promotion is shown: its document has its status after each append.
#[derive(Clone)]
pub struct Shown {
    /// The document.
    pub key: ResourceKey,
    /// Opens and hides outputs.
    pub seal_key: Arc<SealKey>,
}

impl Shown {
    fn status(&self, state: &PromotionState) -> DocumentChange {
        let status = promotion_status(state, &self.seal_key);
        let names = STATUS_MEMBERS.iter().map(|name| (*name).to_owned());
        let members = names
            .map(|name| Member { value: status.get(&name).cloned(), path: vec!["status".to_owned(), name] });
        DocumentChange::SetMembers { key: self.key.clone(), members: members.collect() }
    }
}

/// What becomes true together with a promotion.
#[derive(Clone, Default)]
pub struct Birth {
    /// What other units are asked.
    pub commands: Vec<(UnitKey, serde_json::Value)>,
    /// Documents that are written.
    pub documents: Vec<DocumentChange>,
}

/// The unit of a promotion.
#[must_use]
pub fn key_of(record: &PromotionRecord) -> UnitKey {
    UnitKey {
        tenant: record.tenant.clone(),
        project: record.project.clone(),
        kind: UnitKind::Promotion,
        id: record.uid.to_string(),
    }
}

/// What lists show of a promotion.
fn summary(state: &PromotionState) -> serde_json::Value {
    json!({
        "name": state.record.name,
        "stage": state.record.stage,
        "freight": state.record.freight.name,
        "phase": state.phase,
        "createdAt": state.created_at,
        "finishedAt": state.finished_at,
    })
}

fn to_json(event: &Recorded<PromotionEvent>) -> Result<serde_json::Value, UnitError> {
    serde_json::to_value(event).map_err(|e| UnitError::Damaged(e.to_string()))
}

impl PromotionUnit {
    /// Makes a promotion and takes its lease.
    ///
    /// # Errors
    /// If the journal fails.
    pub async fn create(
        journal: Arc<dyn Journal>,
        clock: Arc<dyn Clock>,
        record: PromotionRecord,
        owner: &str,
        lease_until: Timestamp,
        birth: Birth,
    ) -> Result<Self, UnitError> {
        let key = key_of(&record);
        let now = clock.now();
        let fencing = journal.acquire(&key, owner, now, lease_until).await?;
        let [event] = <[PromotionEvent; 1]>::try_from(create::create(record)?)
            .map_err(|_| UnitError::Damaged("a promotion begins with one event".to_owned()))?;
        let event = Recorded::new(now, event);
        let state = apply(None, &event)?;
        let append = Append {
            unit: key.clone(),
            expected: Version(0),
            fencing: Some(fencing),
            events: vec![to_json(&event)?],
            summary: summary(&state),
            commands: birth.commands,
            consumed: None,
            documents: birth.documents,
            durability: Durability::Synced,
        };
        let version = journal.append(append).await?;
        Ok(Self::new(journal, clock, key, fencing, state, version))
    }

    /// Takes a promotion up from the journal.
    ///
    /// # Errors
    /// If somebody else has it, or the journal is damaged.
    pub async fn load(
        journal: Arc<dyn Journal>,
        clock: Arc<dyn Clock>,
        key: UnitKey,
        owner: &str,
        lease_until: Timestamp,
    ) -> Result<Self, UnitError> {
        let fencing = journal.acquire(&key, owner, clock.now(), lease_until).await?;
        let events = read_events(journal.as_ref(), &key).await?;
        let version = Version(i64::try_from(events.len()).unwrap_or(i64::MAX));
        let state =
            fold(&events)?.ok_or_else(|| UnitError::Damaged("there is no such promotion".to_owned()))?;
        Ok(Self::new(journal, clock, key, fencing, state, version))
    }

    fn new(
        journal: Arc<dyn Journal>,
        clock: Arc<dyn Clock>,
        key: UnitKey,
        fencing: FencingToken,
        state: PromotionState,
        version: Version,
    ) -> Self {
        let inner = Inner { state, version, occurrences: HashMap::new(), pending: Vec::new() };
        Self { journal, clock, key, fencing, shown: None, woken: Notify::new(), inner: Mutex::new(inner) }
    }

    /// The same unit, whose status is shown in a document from now on.
    #[must_use]
    pub fn shown(self, shown: Shown) -> Self {
        Self { shown: Some(shown), ..self }
    }

    /// Lets a step that waits try again at once.
    pub fn wake(&self) {
        self.woken.notify_waiters();
    }

    /// Returns when somebody wakes it.
    pub(crate) async fn woken(&self) {
        self.woken.notified().await;
    }

    /// The state now.
    pub async fn state(&self) -> PromotionState {
        self.inner.lock().await.state.clone()
    }

    /// The token under which this process writes.
    #[must_use]
    pub fn fencing(&self) -> FencingToken {
        self.fencing
    }

    /// Decides on the current state and records the events; the state after them. Events that may wait
    /// (`Durability::Grouped` with `defer`) are kept until the next append, so that the end of one try and the start of
    /// the next are one write.
    ///
    /// # Errors
    /// If the decision is refused or the journal fails.
    pub async fn execute(
        &self,
        durability: Durability,
        decide: impl FnOnce(&PromotionState) -> Decision,
    ) -> Result<PromotionState, UnitError> {
        let mut inner = self.inner.lock().await;
        let (before, pending) = (inner.state.clone(), inner.pending.len());
        self.stage(&mut inner, decide)?;
        if let Err(error) = self.flush(&mut inner, durability).await {
            // Whoever asked is told that it was not done, so no later append may do it.
            inner.state = before;
            inner.pending.truncate(pending);
            return Err(error);
        }
        Ok(inner.state.clone())
    }

    /// Decides and keeps the events for the next append. Losing them loses nothing that was promised: the try they tell
    /// the end of is run again.
    ///
    /// # Errors
    /// If the decision is refused.
    pub async fn execute_deferred(
        &self,
        decide: impl FnOnce(&PromotionState) -> Decision,
    ) -> Result<PromotionState, UnitError> {
        let mut inner = self.inner.lock().await;
        self.stage(&mut inner, decide)?;
        Ok(inner.state.clone())
    }

    /// Writes whatever was deferred.
    ///
    /// # Errors
    /// If the journal fails.
    pub async fn flush_deferred(&self) -> Result<(), UnitError> {
        let mut inner = self.inner.lock().await;
        self.flush(&mut inner, Durability::Grouped).await
    }

    fn stage(
        &self,
        inner: &mut Inner,
        decide: impl FnOnce(&PromotionState) -> Decision,
    ) -> Result<(), UnitError> {
        let now = self.clock.now();
        for event in decide(&inner.state)? {
            let event = Recorded::new(now, event);
            inner.state = apply(Some(inner.state.clone()), &event)?;
            inner.pending.push(event);
        }
        Ok(())
    }

    async fn flush(&self, inner: &mut Inner, durability: Durability) -> Result<(), UnitError> {
        self.flush_with(inner, durability, Vec::new()).await
    }

    async fn flush_with(
        &self,
        inner: &mut Inner,
        durability: Durability,
        mut documents: Vec<DocumentChange>,
    ) -> Result<(), UnitError> {
        if inner.pending.is_empty() {
            return Ok(());
        }
        documents.extend(self.shown.as_ref().map(|shown| shown.status(&inner.state)));
        let append = Append {
            unit: self.key.clone(),
            expected: inner.version,
            fencing: Some(self.fencing),
            events: inner.pending.iter().map(to_json).collect::<Result<_, _>>()?,
            summary: summary(&inner.state),
            commands: commands(&inner.state, &inner.pending)?,
            consumed: None,
            documents,
            durability,
        };
        inner.version = self.journal.append(append).await?;
        inner.pending.clear();
        Ok(())
    }
}

/// Reads and lifts the events of a promotion.
///
/// # Errors
/// If an event is of a newer version or damaged.
pub async fn read_events(
    journal: &dyn Journal,
    key: &UnitKey,
) -> Result<Vec<Recorded<PromotionEvent>>, UnitError> {
    journal
        .read(key, Version::default())
        .await?
        .into_iter()
        .map(|(_, event)| {
            let recorded: Recorded<PromotionEvent> =
                serde_json::from_value(event).map_err(|e| UnitError::Damaged(e.to_string()))?;
            if recorded.v > EVENT_VERSION {
                return Err(UnitError::Damaged("it was written by a newer version of windlass".to_owned()));
            }
            Ok(recorded)
        })
        .collect()
}

/// What the events ask of other units: the stage learns of a promotion's end in the same transaction.
fn commands(
    state: &PromotionState,
    events: &[Recorded<PromotionEvent>],
) -> Result<Vec<(UnitKey, serde_json::Value)>, UnitError> {
    let damaged = |e: String| UnitError::Damaged(e);
    let mut commands = Vec::new();
    for event in events {
        if let PromotionEvent::Finished { phase, .. } = &event.event {
            let record = &state.record;
            let stage = UnitKey {
                tenant: record.tenant.clone(),
                project: record.project.clone(),
                kind: UnitKind::Stage,
                id: record.stage.to_string(),
            };
            let freight =
                FreightName::new(record.freight.name.clone()).map_err(|e| damaged(e.to_string()))?;
            let command = StageCommand::RecordPromotion {
                promotion: record.name.clone(),
                uid: record.uid,
                phase: *phase,
                freight,
                collection: Some(record.freight_collection.clone()),
                health_checks: state.health.clone(),
            };
            commands.push((stage, serde_json::to_value(command).map_err(|e| damaged(e.to_string()))?));
        }
    }
    Ok(commands)
}

#[async_trait]
impl EffectRecord for PromotionUnit {
    async fn begin(&self, lease: &Lease, call: &Call, request: Digest) -> Result<Begun, EffectError> {
        let mut inner = self.inner.lock().await;
        match inner.begin(lease, call, request)? {
            BeginEffect::Recorded(answer) => Ok(Begun::Recorded(answer)),
            BeginEffect::Send(effect, event) => {
                self.record(&mut inner, *event, Durability::Synced).await?;
                Ok(Begun::Send(effect))
            }
        }
    }

    async fn change(
        &self,
        lease: &Lease,
        call: &Call,
        request: Digest,
        changes: Vec<DocumentChange>,
        done: Reply,
    ) -> Result<Answer, EffectError> {
        let mut inner = self.inner.lock().await;
        let (effect, started) = match inner.begin(lease, call, request)? {
            BeginEffect::Recorded(answer) => return Ok(answer),
            BeginEffect::Send(effect, event) => (effect, *event),
        };
        let step = inner.step_of(lease)?;
        // What waits goes first: if the change is refused, nothing of its append is written.
        self.flush(&mut inner, Durability::Grouped).await.map_err(not_recorded)?;
        let before = inner.state.clone();
        let finished = |answer| PromotionEvent::EffectFinished { effect, step, answer };
        let events = vec![started.clone(), finished(Ok(done.clone()))];
        self.stage(&mut inner, |_| Ok(events)).map_err(not_recorded)?;
        match self.flush_with(&mut inner, Durability::Synced, changes).await {
            Ok(()) => Ok(Ok(done)),
            Err(UnitError::Journal(JournalError::Document(refused))) => {
                inner.state = before;
                inner.pending.clear();
                let answer = Err(refused.call_error());
                let events = vec![started, finished(answer.clone())];
                self.stage(&mut inner, |_| Ok(events)).map_err(not_recorded)?;
                self.flush(&mut inner, Durability::Grouped).await.map_err(not_recorded)?;
                Ok(answer)
            }
            Err(error) => Err(not_recorded(error)),
        }
    }

    async fn finish(&self, lease: &Lease, effect: EffectId, answer: &Answer) -> Result<(), EffectError> {
        let mut inner = self.inner.lock().await;
        let step = inner.step_of(lease)?;
        let events =
            finish_effect(&inner.state, step, effect, answer.clone()).map_err(|_| EffectError::Superseded)?;
        for event in events {
            self.record(&mut inner, event, Durability::Grouped).await?;
        }
        Ok(())
    }
}

impl Inner {
    fn step_of(&self, lease: &Lease) -> Result<StepIndex, EffectError> {
        let mut steps = self.state.record.steps.iter();
        steps.position(|step| step.alias == lease.step).map(StepIndex).ok_or(EffectError::Superseded)
    }

    /// Decides about an effect, and counts it.
    fn begin(&mut self, lease: &Lease, call: &Call, request: Digest) -> Result<BeginEffect, EffectError> {
        let step = self.step_of(lease)?;
        let counter = self.occurrences.entry((step, lease.incarnation.0, request)).or_insert(0);
        let occurrence = *counter;
        *counter += 1;
        let begun = begin_effect(&self.state, step, lease, call, request, occurrence);
        begun.map_err(|_| EffectError::Superseded)
    }
}

fn not_recorded(error: UnitError) -> EffectError {
    match error {
        UnitError::Journal(JournalError::Superseded) => EffectError::Superseded,
        other => EffectError::Journal(other.to_string()),
    }
}

impl PromotionUnit {
    async fn record(
        &self,
        inner: &mut Inner,
        event: PromotionEvent,
        durability: Durability,
    ) -> Result<(), EffectError> {
        self.stage(inner, |_| Ok(vec![event])).map_err(not_recorded)?;
        self.flush(inner, durability).await.map_err(not_recorded)
    }
}
