//! One step by itself: no promotion, no journal, one attempt. What `windlass step run` does.
//!
//! `context` reads what the step is told of its promotion, `workspace` keeps what the host knows of a work directory from
//! one run to the next, `report` is how the attempt ended, in the form that scripts read.

mod context;
mod effects;
mod records;
mod report;
mod workspace;

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value;
use tokio_util::sync::CancellationToken;
use windlass_model::context::StepContext;
use windlass_model::grant::Grant;
use windlass_model::ids::{
    AttemptNumber, FencingToken, IncarnationNumber, Lease, PromotionUid, StepAlias, TenantId,
};
use windlass_model::limits::Limits;
use windlass_model::outcome::Outcome;
use windlass_ports::broker::Broker;
use windlass_ports::sessions::{Policy, SessionSpec, Sessions, Tokens};
use windlass_ports::step_catalog::{StepCatalog, StepKind};
use windlass_ports::step_runner::{Ending, Entry, RunRequest, StepInput};
use windlass_workdir::{AttemptDir, DiskUsage};

use crate::failure::Failure;
use crate::wiring::Host;

pub(crate) use context::TrialContext;
pub(crate) use records::SupposedRecords;
pub(crate) use report::TrialReport;
pub(crate) use workspace::Workspace;

/// What is to be run, and under which rules.
pub(crate) struct Trial {
    /// The step.
    pub(crate) kind: Arc<StepKind>,
    /// Its evaluated configuration.
    pub(crate) config: Value,
    /// What it is told of its promotion.
    pub(crate) context: TrialContext,
    /// What an earlier attempt returned with `running`.
    pub(crate) state: Option<Value>,
    /// The number of the attempt.
    pub(crate) attempt: u32,
    /// What the project allows.
    pub(crate) policy: Policy,
    /// What the operator grants beside that.
    pub(crate) grants: Vec<Grant>,
}

impl Trial {
    /// Runs it in a work directory. A configuration that does not fit fails the step, as it would in a promotion.
    ///
    /// # Errors
    /// If the work directory cannot be used.
    pub(crate) async fn run(
        self,
        host: &Host,
        catalog: &dyn StepCatalog,
        workspace: &Workspace,
        stop: &CancellationToken,
    ) -> Result<TrialReport, Failure> {
        let problems = catalog.check(&self.kind, &self.config);
        if !problems.is_empty() {
            let message = format!("invalid {} config: {}", self.kind.manifest.name, problems.join("\n"));
            return Ok(TrialReport::new(Outcome::failed_terminal(message)));
        }
        let limits = self.limits();
        let dir = workspace.begin(DiskUsage { bytes: limits.disk_bytes, files: limits.disk_files })?;
        let lease = self.lease();
        host.broker.open(self.session(host, &lease, &dir, stop)).await;
        let report = host.runner.run(self.request(host, &lease, &dir, stop)).await;
        host.broker.close(&lease).await;
        let outcome = match report.ending {
            Ending::Returned(outcome) => {
                workspace.commit(&dir)?;
                outcome
            }
            Ending::Ended(outcome) => {
                workspace.roll_back(&dir)?;
                outcome
            }
        };
        Ok(TrialReport::new(outcome))
    }

    fn limits(&self) -> Limits {
        self.kind.manifest.limits.clone().unwrap_or_default().bounded_by(&Limits::MOST)
    }

    fn lease(&self) -> Lease {
        Lease {
            tenant: TenantId::default(),
            promotion: PromotionUid(uuid::Uuid::new_v4()),
            step: StepAlias::new(&self.context.step.alias),
            attempt: AttemptNumber(self.attempt),
            incarnation: IncarnationNumber(1),
            fencing: FencingToken(1),
        }
    }

    fn session(
        &self,
        host: &Host,
        lease: &Lease,
        dir: &Arc<AttemptDir>,
        stop: &CancellationToken,
    ) -> SessionSpec {
        SessionSpec {
            lease: lease.clone(),
            project: self.context.project.clone(),
            stage: self.context.stage.clone(),
            promotion: self.context.promotion.clone(),
            kind: Arc::clone(&self.kind),
            config: self.config.clone(),
            tokens: Tokens::new(),
            git_client: None,
            policy: self.policy.clone(),
            operator: self.grants.clone(),
            limits: self.limits(),
            dir: Arc::clone(dir),
            started_at: host.clock.now(),
            seal: Arc::new(effects::Unsealed),
            effects: Arc::new(effects::Unrecorded),
            cancel: stop.child_token(),
        }
    }

    fn request(
        &self,
        host: &Host,
        lease: &Lease,
        dir: &Arc<AttemptDir>,
        stop: &CancellationToken,
    ) -> RunRequest {
        let context: &StepContext = &self.context.step;
        RunRequest {
            binary: self.kind.binary.clone(),
            entry: Entry::Run,
            lease: lease.clone(),
            input: StepInput {
                config: self.config.clone(),
                context: serde_json::to_value(context).unwrap_or_default(),
                state: self.state.clone(),
                attempt: self.attempt,
            },
            limits: self.limits(),
            dir: Arc::clone(dir),
            clock_start: host.clock.now(),
            seed: uuid::Uuid::new_v4().as_u64_pair().0,
            cancel: stop.child_token(),
            broker: Arc::clone(&host.broker) as Arc<dyn Broker>,
        }
    }
}

/// Where the host keeps what it knows of work directories, unless the user says otherwise.
pub(crate) fn default_data() -> PathBuf {
    crate::config::environment::cache_dir().join("step-run")
}
