//! The one loop: what is next, decide, record, do.
//!
//! The end of a try and the start of the next are one write, so the end is kept until the next append. A work directory is
//! only told that its attempt returned once the journal knows it.

mod attempt;
mod evaluate;
mod view;

use std::path::PathBuf;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;
use windlass_model::event::promotion::StepIndex;
use windlass_model::grant::Grant;
use windlass_model::limits::Limits;
use windlass_model::promotion::{Components, Phase, StepStatus};
use windlass_ports::broker::Broker;
use windlass_ports::clock::Clock;
use windlass_ports::journal::Durability;
use windlass_ports::progress::{ProgressSink, Report};
use windlass_ports::records::AttemptLogs;
use windlass_ports::sessions::{Policy, Sessions};
use windlass_ports::step_catalog::StepCatalog;
use windlass_ports::step_runner::StepRunner;
use windlass_ports::wake::Wake;
use windlass_workdir::{AttemptDir, AttemptKey, PromotionDir, Recovery};

use crate::decide::{finish, start};
use crate::evaluate::Templates;
use crate::evaluate::functions::ProjectData;
use crate::next::{Action, next};
use crate::sealed::SealKey;
use crate::state::{PromotionState, StepState};
use crate::tokens::TokenKey;
use crate::unit::{PromotionUnit, UnitError};

/// What the driver needs of the world.
pub struct DriverPorts {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The steps there are.
    pub catalog: Arc<dyn StepCatalog>,
    /// Runs them.
    pub runner: Arc<dyn StepRunner>,
    /// Answers their calls.
    pub broker: Arc<dyn Broker>,
    /// Lets the broker know of them.
    pub sessions: Arc<dyn Sessions>,
    /// Keeps their logs.
    pub logs: Arc<dyn AttemptLogs>,
    /// Wakes those that wait.
    pub wake: Arc<dyn Wake>,
    /// Shows how it goes.
    pub progress: Arc<dyn ProgressSink>,
    /// What the project has.
    pub data: Arc<dyn ProjectData>,
    /// Templates that have been parsed, by any driver.
    pub templates: Arc<Templates>,
}

/// What the operator and the project have set.
#[derive(Clone)]
pub struct DriverSettings {
    /// Where promotions have their directories.
    pub promotions: PathBuf,
    /// From which tokens are made.
    pub token_key: TokenKey,
    /// Who commits where a step does not say; none: whom the operator has set.
    pub git_client: Option<windlass_ports::sessions::GitClient>,
    /// What the project allows.
    pub policy: Policy,
    /// What the operator grants beside that.
    pub operator: Vec<Grant>,
    /// What an attempt may use up where its step does not say.
    pub limits: Limits,
    /// The most that a step's manifest can raise them to.
    pub most: Limits,
    /// The address of the web UI, for links.
    pub ui_base_url: String,
}

/// Why a promotion could not be driven to its end. It can be resumed.
#[derive(Debug, thiserror::Error)]
pub enum DriveError {
    /// Its record cannot be kept.
    #[error(transparent)]
    Unit(#[from] UnitError),
    /// Its directory cannot be used.
    #[error("the work directory of the promotion: {0}")]
    Directory(String),
    /// It was told to stop.
    #[error("stopped before the promotion ended")]
    Stopped,
}

/// Drives promotions.
pub struct Driver {
    pub(crate) ports: DriverPorts,
    pub(crate) settings: DriverSettings,
    pub(crate) seal_key: Arc<SealKey>,
}

/// An attempt whose end is decided and not yet in the journal.
struct Returned {
    dir: Arc<AttemptDir>,
}

impl Driver {
    /// A driver.
    #[must_use]
    pub fn new(ports: DriverPorts, settings: DriverSettings) -> Self {
        Self { ports, seal_key: Arc::new(settings.token_key.seal_key()), settings }
    }

    /// Drives a promotion to its end, from wherever it is. `stop` parks it: what runs is ended and undone, and the promotion
    /// can be resumed.
    ///
    /// # Errors
    /// If the record or the directory fails, or it is stopped.
    pub async fn run(
        &self,
        unit: Arc<PromotionUnit>,
        stop: CancellationToken,
    ) -> Result<PromotionState, DriveError> {
        let state = unit.state().await;
        let dir = PromotionDir::new(self.settings.promotions.join(state.record.uid.to_string()));
        if let Some(message) = self.prepare_dir(&dir, &state)? {
            return Ok(unit.execute(Durability::Synced, |state| finish::give_up(state, message)).await?);
        }
        let mut run = PromotionRun { driver: self, unit, dir, stop, returned: None, live: None };
        let ended = run.drive().await?;
        run.dir.remove().map_err(|e| DriveError::Directory(e.to_string()))?;
        Ok(ended)
    }

    /// Makes the directory or takes it up again; a message if what was in it is lost.
    fn prepare_dir(&self, dir: &PromotionDir, state: &PromotionState) -> Result<Option<String>, DriveError> {
        let failed = |e: std::io::Error| DriveError::Directory(format!("{}: {e}", dir.base().display()));
        let returned = |key: AttemptKey| {
            state.steps.get(key.step).is_some_and(|step| {
                key.attempt < step.attempts || (key.attempt == step.attempts && step.attempt.is_none())
            })
        };
        // A try that returned may have left files that the next one counts on.
        let nothing_returned =
            |step: &StepState| step.attempts == 0 || (step.attempts == 1 && step.attempt.is_some());
        let untouched = state.steps.iter().all(nothing_returned);
        match dir.recover(returned).map_err(failed)? {
            Recovery::Ready => Ok(None),
            Recovery::Missing | Recovery::LostToReboot if untouched => {
                dir.remove().map_err(failed)?;
                dir.create().map_err(failed)?;
                Ok(None)
            }
            Recovery::Missing => Ok(Some(format!(
                "the promotion's work directory {} is gone, and with it what the earlier steps made; promote the \
                 freight again",
                dir.base().display()
            ))),
            Recovery::LostToReboot => Ok(Some(
                "the machine was started anew while the promotion ran, so the files that the earlier steps made cannot \
                 be trusted; promote the freight again"
                    .to_owned(),
            )),
        }
    }
}

/// One promotion on its way.
pub(crate) struct PromotionRun<'d> {
    pub(crate) driver: &'d Driver,
    pub(crate) unit: Arc<PromotionUnit>,
    pub(crate) dir: PromotionDir,
    pub(crate) stop: CancellationToken,
    returned: Option<Returned>,
    live: Option<evaluate::LiveConfig>,
}

impl PromotionRun<'_> {
    async fn drive(&mut self) -> Result<PromotionState, DriveError> {
        let mut woken = false;
        loop {
            if self.stop.is_cancelled() {
                self.flush().await?;
                return Err(DriveError::Stopped);
            }
            let state = self.unit.state().await;
            let now = self.driver.ports.clock.now();
            let action = next(
                &state,
                if woken { windlass_model::time::Timestamp::from_micros(i64::MAX) } else { now },
            );
            woken = false;
            match action {
                Action::Start => {
                    let components = self.components(&state);
                    self.unit.execute_deferred(|state| start::start(state, components)).await?;
                }
                Action::Evaluate { step, first } => self.evaluate(&state, step, first).await?,
                Action::Settle { step, effect } => self.settle(&state, step, effect).await?,
                Action::Run { step } => {
                    let spec = state.record.steps.get(step.0);
                    let (uses, alias) = spec.map_or(("", ""), |spec| (&spec.uses, spec.alias.as_str()));
                    let span = tracing::info_span!(target: "windlass::spans", "step", uses, alias);
                    self.run_attempt(step).instrument(span).await?;
                }
                Action::Wait { until, wake_on, .. } => {
                    self.flush().await?;
                    woken = self.wait(until, &wake_on).await;
                }
                Action::Finish => {
                    let ended = self.unit.execute(Durability::Synced, finish::finish).await?;
                    self.commit_returned()?;
                    self.report(
                        &ended,
                        Report::PromotionEnded { phase: ended.phase, message: ended.message.clone() },
                    );
                    return Ok(ended);
                }
                Action::Nothing => return Ok(state),
            }
        }
    }

    /// The component behind each step kind, fixed now for the whole promotion.
    fn components(&self, state: &PromotionState) -> Components {
        let kinds = state.record.steps.iter().map(|step| step.uses.as_str());
        kinds
            .filter_map(|uses| {
                let kind = self.driver.ports.catalog.find(uses).ok()?;
                Some((uses.to_owned(), kind.binary.digest))
            })
            .collect()
    }

    /// Waits for the time, or for what wakes the step; whether the step is to run before its time.
    async fn wait(&self, until: windlass_model::time::Timestamp, wake_on: &[serde_json::Value]) -> bool {
        let ports = &self.driver.ports;
        tokio::select! {
            () = ports.clock.sleep_until(until) => false,
            () = self.unit.woken() => true,
            () = ports.wake.wait(wake_on, &self.stop), if !wake_on.is_empty() => !self.stop.is_cancelled(),
            () = self.stop.cancelled() => false,
        }
    }

    /// Writes what is decided, then lets the directories of returned attempts forget how to undo them.
    pub(crate) async fn flush(&mut self) -> Result<(), DriveError> {
        self.unit.flush_deferred().await?;
        self.commit_returned()
    }

    pub(crate) fn commit_returned(&mut self) -> Result<(), DriveError> {
        if let Some(returned) = self.returned.take() {
            self.dir.commit(&returned.dir).map_err(|e| DriveError::Directory(e.to_string()))?;
        }
        Ok(())
    }

    pub(crate) fn keep_until_recorded(&mut self, dir: Arc<AttemptDir>) {
        self.returned = Some(Returned { dir });
    }

    pub(crate) fn report(&self, state: &PromotionState, report: Report) {
        self.driver.ports.progress.report(&state.record.name, report);
    }

    /// Tells how a step stands, after something was decided about it.
    pub(crate) fn report_step(&self, state: &PromotionState, step: StepIndex) {
        let (Some((spec, at)), of) = (state.step(step), state.steps.len()) else { return };
        let end = at.finished_at.unwrap_or_else(|| self.driver.ports.clock.now());
        let took = at.started_at.map(|start| end.since(start)).unwrap_or_default();
        self.report(
            state,
            Report::StepEnded {
                index: step.0,
                of,
                alias: spec.alias.to_string(),
                uses: spec.uses.clone(),
                status: at.status.unwrap_or(StepStatus::Running),
                message: at.message.clone(),
                took_micros: u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
            },
        );
    }
}

/// Whether a promotion that ended ended well.
#[must_use]
pub fn succeeded(state: &PromotionState) -> bool {
    state.phase == Phase::Succeeded
}
