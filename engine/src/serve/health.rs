//! Checking the health of stages by what steps export: a guest that only reads, in a directory that is gone afterwards.

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use windlass_control::ports::{HealthChecker, HealthReport};
use windlass_control::project::Project;
use windlass_model::call::{Answer, Call, Reply};
use windlass_model::context::StepContext;
use windlass_model::digest::Digest;
use windlass_model::event::promotion::EffectId;
use windlass_model::event::stage::HealthStatus;
use windlass_model::ids::{
    AttemptNumber, FencingToken, IncarnationNumber, Lease, PromotionName, PromotionUid, StageName, StepAlias,
};
use windlass_model::limits::Limits;
use windlass_model::outcome::{HealthCheck, Outcome, Status};
use windlass_ports::broker::Broker;
use windlass_ports::effects::{Begun, EffectError, EffectRecord};
use windlass_ports::records::DocumentChange;
use windlass_ports::sessions::{Seal, SessionSpec, Sessions as _, Tokens};
use windlass_ports::step_catalog::StepKind;
use windlass_ports::step_runner::{Entry, RunRequest, StepInput};
use windlass_workdir::{AttemptDir, AttemptKey, DiskUsage, PromotionDir};

use crate::wiring::Works;

/// The one attempt of a check.
const ATTEMPT: AttemptKey = AttemptKey { step: 0, attempt: 1 };

/// Checks health by what steps export.
pub(super) struct HostHealth {
    works: Arc<Works>,
    /// Where checks have their directories.
    dirs: PathBuf,
}

impl HostHealth {
    /// What earlier processes left of their checks goes.
    pub(super) fn new(works: Arc<Works>, dirs: PathBuf) -> Self {
        let _ = std::fs::remove_dir_all(&dirs);
        Self { works, dirs }
    }

    async fn run(
        &self,
        project: &Project,
        stage: &StageName,
        check: &HealthCheck,
    ) -> Result<Outcome, String> {
        let kind = self.works.catalog.find(&check.kind).map_err(|e| e.to_string())?;
        let uid = PromotionUid(uuid::Uuid::new_v4());
        let files = PromotionDir::new(self.dirs.join(uid.to_string()));
        let failed = |e: &dyn std::fmt::Display| format!("the directory of the check: {e}");
        files.create().map_err(|e| failed(&e))?;
        let limits = kind.manifest.limits.clone().unwrap_or_default().bounded_by(&Limits::MOST);
        let most = DiskUsage { bytes: limits.disk_bytes, files: limits.disk_files };
        let dir = files.begin_attempt(ATTEMPT, most).map(Arc::new).map_err(|e| failed(&e))?;
        let lease = Lease {
            tenant: self.works.tenant.clone(),
            promotion: uid,
            step: StepAlias::new(&check.kind),
            attempt: AttemptNumber(1),
            incarnation: IncarnationNumber(1),
            fencing: FencingToken(1),
        };
        let checking = Checking { project, stage, check, kind: &kind, lease: &lease, dir: &dir, limits };
        let broker = &self.works.host.broker;
        broker.open(checking.session(&self.works)).await;
        let report = self.works.host.runner.run(checking.request(&self.works)).await;
        broker.close(&lease).await;
        drop(dir);
        files.remove().map_err(|e| failed(&e))?;
        Ok(report.ending.outcome().clone())
    }
}

/// One check that is carried out.
struct Checking<'a> {
    project: &'a Project,
    stage: &'a StageName,
    check: &'a HealthCheck,
    kind: &'a Arc<StepKind>,
    lease: &'a Lease,
    dir: &'a Arc<AttemptDir>,
    limits: Limits,
}

impl Checking<'_> {
    fn session(&self, works: &Works) -> SessionSpec {
        SessionSpec {
            lease: self.lease.clone(),
            project: self.project.name.clone(),
            stage: self.stage.clone(),
            promotion: PromotionName::new("health").expect("it is a name"),
            kind: Arc::clone(self.kind),
            config: self.check.input.clone(),
            tokens: Tokens::new(),
            git_client: None,
            policy: self.project.policy(works.policy.clone()),
            operator: works.grants.clone(),
            limits: self.limits.clone(),
            dir: Arc::clone(self.dir),
            started_at: works.host.clock.now(),
            seal: Arc::new(Unsealed),
            effects: Arc::new(ReadsOnly),
            cancel: works.stop.child_token(),
        }
    }

    fn request(&self, works: &Works) -> RunRequest {
        RunRequest {
            binary: self.kind.binary.clone(),
            entry: Entry::CheckHealth,
            lease: self.lease.clone(),
            input: StepInput {
                config: self.check.input.clone(),
                context: serde_json::to_value(StepContext::default()).unwrap_or_default(),
                state: None,
                attempt: 1,
            },
            limits: self.limits.clone(),
            dir: Arc::clone(self.dir),
            clock_start: works.host.clock.now(),
            seed: 0,
            cancel: CancellationToken::child_token(&works.stop),
            broker: Arc::clone(&works.host.broker) as Arc<dyn Broker>,
        }
    }
}

#[async_trait]
impl HealthChecker for HostHealth {
    async fn check(&self, project: &Project, stage: &str, check: &HealthCheck) -> HealthReport {
        let unknown = |why: String| HealthReport {
            status: HealthStatus::Unknown,
            issues: vec![why],
            output: json!({}),
        };
        let Ok(stage) = StageName::new(stage) else { return unknown(format!("{stage:?} is no stage")) };
        let outcome = match self.run(project, &stage, check).await {
            Ok(outcome) => outcome,
            Err(why) => return unknown(why),
        };
        let Some(output) = outcome.output.filter(|_| outcome.status == Status::Succeeded) else {
            return unknown(format!("{}: {}", check.kind, outcome.message));
        };
        HealthReport {
            status: serde_json::from_value(output["level"].clone()).unwrap_or(HealthStatus::Unknown),
            issues: serde_json::from_value(output["issues"].clone()).unwrap_or_default(),
            output: output["output"].clone(),
        }
    }
}

/// A check changes nothing outside.
#[derive(Debug)]
struct ReadsOnly;

#[async_trait]
impl EffectRecord for ReadsOnly {
    async fn begin(&self, _lease: &Lease, _call: &Call, _request: Digest) -> Result<Begun, EffectError> {
        Err(EffectError::Superseded)
    }

    async fn change(
        &self,
        _lease: &Lease,
        _call: &Call,
        _request: Digest,
        _changes: Vec<DocumentChange>,
        _done: Reply,
    ) -> Result<Answer, EffectError> {
        Err(EffectError::Superseded)
    }

    async fn finish(&self, _lease: &Lease, _effect: EffectId, _answer: &Answer) -> Result<(), EffectError> {
        Err(EffectError::Superseded)
    }
}

/// A check is told no secrets, so nothing is sealed.
#[derive(Debug)]
struct Unsealed;

impl Seal for Unsealed {
    fn seal(&self, value: &Value, _secrets: &Tokens) -> Value {
        value.clone()
    }

    fn open(&self, value: &Value) -> Value {
        value.clone()
    }

    fn show(&self, value: &Value) -> Value {
        value.clone()
    }
}
