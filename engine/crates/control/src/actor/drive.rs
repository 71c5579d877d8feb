//! Letting promotions run: those whose turn it is are driven beside the loop, which learns when they end.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;
use windlass_model::ids::{PromotionName, StageName};
use windlass_model::promotion::Phase;
use windlass_model::time::Timestamp;
use windlass_ports::control_plane::{ApiError, Fault};
use windlass_ports::journal::{Durability, UnitKind};
use windlass_ports::records::{DocumentChange, Member};
use windlass_promotion::decide::request_abort::request_abort;
use windlass_promotion::driver::DriveError;
use windlass_promotion::unit::{PromotionUnit, Shown, UnitError};

use super::stages::unavailable;
use super::{Actor, Message};
use crate::data::{FreightStatuses, LiveData};

/// Who holds promotions.
pub(super) const OWNER: &str = "serve";

/// How long a promotion is held. One process has the data directory, and voids what earlier ones held.
const LEASE: Duration = Duration::from_hours(24 * 365);

/// A promotion that cannot go on for a reason outside of it is tried again after so long.
const RETRY: Duration = Duration::from_secs(5);

/// Until when a promotion that is taken now is held.
pub(super) fn lease_end(now: Timestamp) -> Timestamp {
    now.plus(LEASE)
}

/// A promotion that has not ended.
pub(crate) struct Running {
    stage: StageName,
    unit: Arc<PromotionUnit>,
    /// What stops it, if it runs.
    stop: Option<CancellationToken>,
}

/// How a promotion ended.
pub(crate) struct Ended {
    phase: Phase,
    message: String,
    took: Duration,
}

impl Actor {
    /// A promotion has been made, and waits.
    pub(super) fn waits(&mut self, stage: &StageName, name: PromotionName, unit: PromotionUnit) {
        let running = Running { stage: stage.clone(), unit: Arc::new(unit), stop: None };
        self.running.insert(name, running);
    }

    /// Takes a promotion up that an earlier process has left.
    pub(super) async fn load(&mut self, stage: &StageName, name: &PromotionName) -> Result<(), UnitError> {
        let entry = self.stages.get(stage);
        let Some(queued) = entry.and_then(|entry| entry.state.queue.get(name)) else { return Ok(()) };
        let key = self.unit(UnitKind::Promotion, &queued.uid.to_string());
        let ports = &self.ports;
        let until = lease_end(ports.clock.now());
        let unit = PromotionUnit::load(ports.journal.clone(), ports.clock.clone(), key, OWNER, until).await?;
        let shown =
            Shown { key: self.document("Promotion", name.as_str()), seal_key: ports.seal_key.clone() };
        self.waits(stage, name.clone(), unit.shown(shown));
        Ok(())
    }

    /// Lets the promotion run whose turn it is.
    pub(super) async fn settle_promotions_of(&mut self, stage: &StageName) -> Result<(), UnitError> {
        let entry = self.stages.get(stage);
        let Some(name) = entry.and_then(|entry| entry.state.admitted.clone()) else { return Ok(()) };
        if !self.running.contains_key(&name) {
            self.load(stage, &name).await?;
        }
        self.drive(&name);
        Ok(())
    }

    fn drive(&mut self, name: &PromotionName) {
        let stop = self.stop.child_token();
        let Some(running) = self.running.get_mut(name).filter(|running| running.stop.is_none()) else {
            return;
        };
        running.stop = Some(stop.clone());
        let (unit, stage) = (Arc::clone(&running.unit), running.stage.clone());
        let project = self.cell.get();
        let freight = Arc::clone(&self.freight) as Arc<dyn FreightStatuses>;
        let data = Arc::new(LiveData::new(Arc::clone(&self.cell), freight, Arc::clone(&self.records)));
        let (promotions, inbox) = (Arc::clone(&self.ports.promotions), self.inbox.clone());
        let name = name.clone();
        self.tasks.spawn(async move {
            let span = tracing::info_span!(target: "windlass::spans", "promotion", project = %project.name, %stage, promotion = %name);
            let ended = match promotions.drive(&project, unit, data, stop).instrument(span).await {
                Ok(state) => {
                    let times = state.started_at.zip(state.finished_at);
                    let took = times.map(|(started, finished)| finished.since(started)).unwrap_or_default();
                    Ok(Box::new(Ended { phase: state.phase, message: state.message, took }))
                }
                Err(DriveError::Stopped) => Err(String::new()),
                Err(error) => Err(error.to_string()),
            };
            // A loop that has ended parks its promotions.
            let _ = inbox.send(Message::Driven { promotion: name, stage, ended }).await;
        });
    }

    /// A promotion has ended, or cannot go on at the moment.
    pub(super) fn driven(
        &mut self,
        promotion: &PromotionName,
        stage: &StageName,
        ended: Result<Box<Ended>, String>,
    ) {
        match ended {
            Ok(ended) => {
                let Ended { phase, message, took } = *ended;
                let seconds = took.as_secs_f64();
                tracing::info!(project = %self.name, %stage, %promotion, ?phase, reason = %message, seconds, "the promotion has ended");
                self.ports.counts.ended(&self.name, stage, phase, took);
                self.running.remove(promotion);
                self.mark(stage);
            }
            Err(trouble) => {
                let was_stopped = trouble.is_empty();
                if !was_stopped {
                    tracing::warn!(project = %self.name, %promotion, %trouble, "the promotion cannot go on for the moment");
                }
                if was_stopped && let Some(running) = self.running.get_mut(promotion) {
                    running.stop = None;
                } else {
                    // Nobody knows whether its last write was made: it is read again.
                    self.running.remove(promotion);
                }
                let again = self.ports.clock.now().plus(if was_stopped { Duration::ZERO } else { RETRY });
                if let Some(entry) = self.stages.get_mut(stage) {
                    entry.look_again = Some(entry.look_again.map_or(again, |at| at.min(again)));
                }
            }
        }
    }

    /// Stops a promotion, whether it waits or runs. One that has ended stays as it is.
    pub(super) async fn abort(&mut self, promotion: &str, actor: &str) -> Result<(), ApiError> {
        let not_found = || ApiError::not_found(format!("Promotion.kargo.akuity.io {promotion:?} not found"));
        let name = PromotionName::new(promotion).map_err(|_| not_found())?;
        let waiting = self.stages.iter().find(|(_, entry)| entry.state.queue.contains_key(&name));
        let stage = match (self.running.get(&name), waiting) {
            (Some(running), _) => running.stage.clone(),
            (None, Some((stage, _))) => {
                let stage = stage.clone();
                self.load(&stage, &name).await.map_err(|e| unavailable(&e))?;
                stage
            }
            (None, None) => {
                let key = self.document("Promotion", promotion);
                let found = self.ports.resources.get(&key).await;
                let found = found.map_err(|e| ApiError::new(Fault::Unavailable, e.to_string()))?;
                return if found.is_some() { Ok(()) } else { Err(not_found()) };
            }
        };
        let Some(running) = self.running.get(&name) else { return Ok(()) };
        let by = actor.to_owned();
        match running.unit.execute(Durability::Synced, |state| request_abort(state, by)).await {
            // It ended at this very moment.
            Ok(_) | Err(UnitError::Refused(_)) => {}
            Err(error) => return Err(unavailable(&error)),
        }
        self.annotate_abort(&name, actor).await?;
        if let Some(running) = self.running.get(&name)
            && let Some(stop) = &running.stop
        {
            stop.cancel();
        } else {
            self.drive(&name);
        }
        self.mark(&stage);
        Ok(())
    }

    async fn annotate_abort(&self, name: &PromotionName, actor: &str) -> Result<(), ApiError> {
        let request = serde_json::json!({ "action": "terminate", "actor": actor, "controlPlane": true });
        let annotation = ["metadata", "annotations", "kargo.akuity.io/abort"];
        let change = DocumentChange::SetMembers {
            key: self.document("Promotion", name.as_str()),
            members: vec![Member::new(annotation, request.to_string())],
        };
        let written = self.ports.resources.write(vec![change]).await;
        written.map(|_| ()).map_err(|e| ApiError::new(Fault::Unavailable, e.to_string()))
    }

    /// A step that waits tries again at once. The promotion says that it was told.
    pub(super) async fn refresh_promotion(&mut self, name: &str, token: &str) {
        let change = DocumentChange::SetMembers {
            key: self.document("Promotion", name),
            members: vec![Member::new(["status", "lastHandledRefresh"], token)],
        };
        if let Err(error) = self.ports.resources.write(vec![change]).await {
            self.trouble.set(&error.to_string());
        }
        let running = PromotionName::new(name).ok().and_then(|name| self.running.get(&name));
        if let Some(running) = running {
            running.unit.wake();
        }
    }
}
