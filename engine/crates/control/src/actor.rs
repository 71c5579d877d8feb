//! One project's loop: everything that is decided about the project is decided here, one thing after the other. What takes
//! long (discovering, promoting, checking health) runs beside it and reports back.
//!
//! `start` takes up what is recorded, `resources` follows manifests, `stages` settles stages, `create` makes promotions and
//! `drive` lets them run, `warehouses` has freight discovered, `retention` forgets what is old, `health` has stages looked at, `ask` answers questions.

mod ask;
mod create;
mod drive;
mod health;
mod resources;
mod retention;
mod stages;
mod start;
mod warehouses;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use windlass_model::discovered::DiscoveredArtifacts;
use windlass_model::event::stage::Health;
use windlass_model::ids::{FreightName, Namespace, ProjectName, PromotionName, StageName};
use windlass_model::time::Timestamp;
use windlass_ports::control_plane::{ApiError, Downstream, FreightChoice};
use windlass_ports::journal::{UnitKey, UnitKind, Version};
use windlass_ports::records::ResourceKey;
use windlass_promotion::stage::StageState;
use windlass_promotion::unit::UnitError;

use crate::freight_index::FreightIndex;
use crate::ports::ControlPorts;
use crate::project::ProjectCell;
use crate::records::StoredRecords;
use crate::show::Shown;
use crate::trouble::Trouble;

pub(crate) use drive::{Ended, Running};
pub(crate) use resources::take_in;
pub(crate) use warehouses::WarehouseEntry;

/// Messages that may wait for a project.
const QUEUE: usize = 1_024;

/// A store that fails is tried again after so long.
const RETRY: Duration = Duration::from_secs(2);

/// A stage is looked at at least this often, as in Kargo.
pub(crate) const ROUND: Duration = Duration::from_mins(5);

/// Answers one request.
pub(crate) type Reply<T> = oneshot::Sender<Result<T, ApiError>>;

/// What a project is told and asked.
pub(crate) enum Message {
    /// A document was written or taken away.
    Changed { key: ResourceKey, document: Option<Value>, done: oneshot::Sender<()> },
    /// A document was to be written or taken away, and nobody knows whether it was.
    InDoubt(ResourceKey),
    /// A promotion is asked for.
    Promote { stage: String, freight: FreightChoice, actor: String, rollback: bool, reply: Reply<Value> },
    /// Promotions to all stages downstream are asked for.
    PromoteDownstream { stage: String, freight: FreightChoice, actor: String, reply: Reply<Downstream> },
    /// Freight is approved.
    Approve { freight: String, stage: String, actor: String, reply: Reply<()> },
    /// A promotion is to stop.
    Abort { promotion: String, actor: String, reply: Reply<()> },
    /// A warehouse is to look again.
    RefreshWarehouse { name: String, token: String },
    /// A stage is to look again.
    RefreshStage { name: String, token: String },
    /// A promotion that waits is to try again.
    RefreshPromotion { name: String, token: String },
    /// What a stage could be promoted to.
    Available { stage: StageName, reply: Reply<Vec<FreightName>> },
    /// Why freight waits.
    Why { stage: String, freight: Option<String>, reply: Reply<Value> },
    /// A promotion ended, or could not go on.
    Driven { promotion: PromotionName, stage: StageName, ended: Result<Box<Ended>, String> },
    /// A warehouse found something.
    Discovered { warehouse: String, generation: i64, found: Result<Box<DiscoveredArtifacts>, String> },
    /// A stage was looked at.
    Assessed { stage: StageName, promotion: PromotionName, health: Box<Health> },
}

/// Where a project's messages go.
pub(crate) type Inbox = mpsc::Sender<Message>;

/// A stage as the loop knows it.
#[derive(Debug, Default)]
pub(crate) struct StageEntry {
    pub(crate) state: StageState,
    pub(crate) version: Version,
    /// Something may have changed for it.
    pub(crate) is_dirty: bool,
    /// A write failed, and nobody knows whether it was made: it has to be read again.
    pub(crate) is_in_doubt: bool,
    /// When to look again.
    pub(crate) look_again: Option<Timestamp>,
    /// Its health is being looked at.
    pub(crate) is_assessed: bool,
    /// When its health is to be looked at again.
    pub(crate) assess_at: Option<Timestamp>,
    /// The members of its status as they were written last.
    pub(crate) shown: Shown,
    /// The refresh that it has to tell of.
    pub(crate) refreshed: Option<String>,
}

/// The loop of one project.
pub(crate) struct Actor {
    pub(crate) ports: ControlPorts,
    pub(crate) name: ProjectName,
    pub(crate) cell: Arc<ProjectCell>,
    pub(crate) records: Arc<StoredRecords>,
    pub(crate) freight: Arc<RwLock<FreightIndex>>,
    pub(crate) stages: BTreeMap<StageName, StageEntry>,
    pub(crate) warehouses: BTreeMap<String, WarehouseEntry>,
    pub(crate) running: BTreeMap<PromotionName, Running>,
    pub(crate) trouble: Arc<Trouble>,
    pub(crate) tasks: TaskTracker,
    pub(crate) stop: CancellationToken,
    pub(crate) inbox: Inbox,
    /// Documents of which nobody knows whether the last write was made: they have to be read again.
    pub(crate) in_doubt: BTreeSet<ResourceKey>,
    /// When to forget what is not kept.
    pub(crate) forget_at: Option<Timestamp>,
    /// After a failure of the store nothing is tried before this time.
    pub(crate) pause_until: Option<Timestamp>,
}

/// A loop that has been started.
pub(crate) struct Started {
    pub(crate) cell: Arc<ProjectCell>,
    pub(crate) records: Arc<StoredRecords>,
    pub(crate) inbox: Inbox,
    freight: Arc<RwLock<FreightIndex>>,
}

impl Started {
    /// The freight that a name or an alias means.
    pub(crate) fn find_freight(&self, name_or_alias: &str) -> Option<FreightName> {
        self.freight.read().unwrap_or_else(PoisonError::into_inner).find(name_or_alias).cloned()
    }

    /// The freight that has an alias.
    pub(crate) fn freight_with_alias(&self, alias: &str) -> Option<String> {
        let index = self.freight.read().unwrap_or_else(PoisonError::into_inner);
        index.by_alias(alias).map(ToString::to_string)
    }

    /// The stages that freight is in.
    pub(crate) fn stages_with(&self, freight: &str) -> Vec<String> {
        let index = self.freight.read().unwrap_or_else(PoisonError::into_inner);
        let entry = FreightName::new(freight).ok().and_then(|name| index.get(&name));
        entry.map(|entry| entry.status.currently_in.keys().cloned().collect()).unwrap_or_default()
    }
}

impl Actor {
    /// Starts the loop of a project.
    ///
    /// # Errors
    /// If what is recorded of it cannot be read.
    pub(crate) async fn spawn(
        ports: ControlPorts,
        cell: Arc<ProjectCell>,
        trouble: Arc<Trouble>,
        tasks: &TaskTracker,
        stop: CancellationToken,
    ) -> Result<Started, UnitError> {
        let (inbox, messages) = mpsc::channel(QUEUE);
        let records =
            StoredRecords::load(Arc::clone(&ports.resources), ports.tenant.clone(), Arc::clone(&cell));
        let records = Arc::new(records.await?);
        let mut actor = Self {
            name: cell.get().name.clone(),
            ports,
            cell: Arc::clone(&cell),
            records: Arc::clone(&records),
            freight: Arc::default(),
            stages: BTreeMap::new(),
            warehouses: BTreeMap::new(),
            running: BTreeMap::new(),
            trouble,
            tasks: tasks.clone(),
            stop,
            inbox: inbox.clone(),
            in_doubt: BTreeSet::new(),
            forget_at: None,
            pause_until: None,
        };
        actor.take_up().await?;
        let freight = Arc::clone(&actor.freight);
        tasks.spawn(actor.run(messages));
        Ok(Started { cell, records, inbox, freight })
    }

    async fn run(mut self, mut messages: mpsc::Receiver<Message>) {
        let stop = self.stop.clone();
        loop {
            self.is_busy();
            self.work().await;
            self.trouble.busy(None);
            let next = self.next_time();
            let clock = Arc::clone(&self.ports.clock);
            let sleep = async {
                match next {
                    Some(at) => clock.sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                message = messages.recv() => match message {
                    Some(message) => {
                        self.is_busy();
                        // What cannot be read yet is tried again with the rest.
                        let _ = self.settle_doubts().await;
                        self.handle(message).await;
                    }
                    None => break,
                },
                () = sleep => {}
            }
        }
    }

    /// From now on it is at one thing.
    fn is_busy(&self) {
        self.trouble.busy(Some(self.ports.clock.now()));
    }

    /// Does everything that is due. A failure of the store is told, and everything is tried again later.
    async fn work(&mut self) {
        let now = self.ports.clock.now();
        if self.pause_until.is_some_and(|until| until > now) {
            return;
        }
        self.pause_until = None;
        match self.work_or_fail(now).await {
            Ok(()) => self.trouble.clear(),
            Err(error) => {
                tracing::warn!(project = %self.name, %error, "the project cannot go on for the moment");
                self.trouble.set(&error.to_string());
                self.pause();
            }
        }
    }

    /// After a failure of the store: nothing is tried again at once.
    pub(crate) fn pause(&mut self) {
        self.pause_until = Some(self.ports.clock.now().plus(RETRY));
    }

    async fn work_or_fail(&mut self, now: Timestamp) -> Result<(), UnitError> {
        self.settle_doubts().await?;
        for entry in self.stages.values_mut() {
            let is_due = |at: Option<Timestamp>| at.is_some_and(|at| at <= now);
            if is_due(entry.look_again) {
                entry.is_dirty = true;
            }
            if is_due(entry.assess_at) {
                entry.is_dirty = true;
            }
        }
        self.settle_all().await?;
        self.forget_due(now).await?;
        self.discover_due(now).await
    }

    /// When there is something to do without being told.
    fn next_time(&self) -> Option<Timestamp> {
        if self.pause_until.is_some() {
            return self.pause_until;
        }
        let stages = self.stages.values().flat_map(|entry| [entry.look_again, entry.assess_at]);
        let warehouses = self.warehouses.values().map(|entry| entry.next);
        stages.chain(warehouses).chain([self.forget_at]).flatten().min()
    }

    async fn handle(&mut self, message: Message) {
        match message {
            Message::Changed { key, document, done } => {
                self.changed(&key, document.as_ref()).await;
                let _ = done.send(());
            }
            Message::InDoubt(key) => {
                self.in_doubt.insert(key);
            }
            Message::Promote { stage, freight, actor, rollback, reply } => {
                answer(reply, self.promote(&stage, &freight, &actor, rollback).await);
            }
            Message::PromoteDownstream { stage, freight, actor, reply } => {
                answer(reply, self.promote_downstream(&stage, &freight, &actor).await);
            }
            Message::Approve { freight, stage, actor, reply } => {
                answer(reply, self.approve(&freight, &stage, &actor).await);
            }
            Message::Abort { promotion, actor, reply } => {
                answer(reply, self.abort(&promotion, &actor).await);
            }
            Message::RefreshWarehouse { name, token } => self.refresh_warehouse(&name, token),
            Message::RefreshStage { name, token } => self.refresh_stage(&name, token),
            Message::RefreshPromotion { name, token } => self.refresh_promotion(&name, &token).await,
            Message::Available { stage, reply } => answer(reply, self.available(&stage)),
            Message::Why { stage, freight, reply } => answer(reply, self.why(&stage, freight.as_deref())),
            Message::Driven { promotion, stage, ended } => self.driven(&promotion, &stage, ended),
            Message::Discovered { warehouse, generation, found } => {
                self.discovered(&warehouse, generation, found.map(|found| *found)).await;
            }
            Message::Assessed { stage, promotion, health } => {
                self.assessed(&stage, &promotion, *health).await;
            }
        }
    }

    pub(crate) fn mark(&mut self, stage: &StageName) {
        if let Some(entry) = self.stages.get_mut(stage) {
            entry.is_dirty = true;
        }
    }

    pub(crate) fn mark_all(&mut self) {
        self.stages.values_mut().for_each(|entry| entry.is_dirty = true);
    }

    pub(crate) fn unit(&self, kind: UnitKind, id: &str) -> UnitKey {
        UnitKey { tenant: self.ports.tenant.clone(), project: self.name.clone(), kind, id: id.to_owned() }
    }

    pub(crate) fn document(&self, kind: &str, name: &str) -> ResourceKey {
        ResourceKey {
            tenant: self.ports.tenant.clone(),
            kind: kind.to_owned(),
            namespace: Namespace::from(&self.name),
            name: name.to_owned(),
        }
    }

    pub(crate) fn index(&self) -> std::sync::RwLockReadGuard<'_, FreightIndex> {
        self.freight.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn index_mut(&self) -> std::sync::RwLockWriteGuard<'_, FreightIndex> {
        self.freight.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whoever asked may have gone away.
fn answer<T>(reply: Reply<T>, answer: Result<T, ApiError>) {
    let _ = reply.send(answer);
}
