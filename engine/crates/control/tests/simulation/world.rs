//! What stands around the control plane: repositories, steps and health that are as chance has them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use windlass_control::control::Control;
use windlass_control::ports::{
    ControlPorts, Discoverer, HealthChecker, HealthReport, ManifestReader, PromotionDriver, ReadManifest,
};
use windlass_control::project::Project;
use windlass_control::registry::Registry;
use windlass_control::retention::Retention;
use windlass_model::call::Call;
use windlass_model::discovered::{DiscoveredArtifacts, DiscoveredCommit, GitDiscovery};
use windlass_model::event::stage::HealthStatus;
use windlass_model::ids::{Lease, ProjectName, TenantId};
use windlass_model::limits::{Limits, Usage};
use windlass_model::manifest::warehouse::Warehouse;
use windlass_model::outcome::{HealthCheck, Outcome, Status};
use windlass_model::time::Timestamp;
use windlass_ports::broker::FakeBroker;
use windlass_ports::clock::Clock;
use windlass_ports::control_plane::{ApiError, Fault};
use windlass_ports::effects::Settlement;
use windlass_ports::progress::Silent;
use windlass_ports::sessions::{Policy, SessionReport, SessionSpec, Sessions};
use windlass_ports::step_catalog::OneStep;
use windlass_ports::step_runner::{Ending, RunReport, RunRequest, StepRunner};
use windlass_ports::wake::Wake;
use windlass_promotion::driver::{DriveError, Driver, DriverPorts, DriverSettings};
use windlass_promotion::evaluate::functions::ProjectData;
use windlass_promotion::state::PromotionState;
use windlass_promotion::tokens::TokenKey;
use windlass_promotion::unit::PromotionUnit;
use windlass_testkit::memory::{Failing, MemoryStore};

use crate::chance::{Chance, SimulatedClock};

/// The world of one history. It outlives the processes.
pub(crate) struct World {
    pub(crate) chance: Arc<Chance>,
    pub(crate) clock: Arc<SimulatedClock>,
    pub(crate) store: Arc<MemoryStore>,
    dir: tempfile::TempDir,
    /// From now on everything goes well.
    calm: AtomicBool,
    /// Commits of the repository of each warehouse, newest last.
    commits: Mutex<BTreeMap<String, Vec<String>>>,
    /// The promotion whose step runs in each stage.
    busy: Mutex<BTreeMap<String, String>>,
    /// What broke a rule while it ran.
    broken: Mutex<Vec<String>>,
    /// Counts what happens, to tell when nothing does.
    steps: AtomicU64,
}

impl World {
    pub(crate) fn new(seed: u64) -> Arc<Self> {
        let start: Timestamp = "2026-01-02T03:04:05Z".parse().unwrap();
        Arc::new(Self {
            chance: Arc::new(Chance::new(seed)),
            clock: Arc::new(SimulatedClock::new(start)),
            store: Arc::default(),
            dir: tempfile::tempdir().unwrap(),
            calm: AtomicBool::new(false),
            commits: Mutex::default(),
            busy: Mutex::default(),
            broken: Mutex::default(),
            steps: AtomicU64::new(0),
        })
    }

    pub(crate) fn calm_down(&self) {
        self.calm.store(true, Ordering::Relaxed);
        self.store.fail(None);
    }

    fn is_calm(&self) -> bool {
        self.calm.load(Ordering::Relaxed)
    }

    /// Some of the next writes fail.
    pub(crate) fn break_store(self: &Arc<Self>) {
        let chance = Arc::clone(&self.chance);
        let (mut left, often) = (chance.below(6) + 1, chance.below(60) + 5);
        self.store.fail(Some(Box::new(move || {
            if left == 0 || !chance.percent(often) {
                return None;
            }
            left -= 1;
            Some(if chance.percent(50) { Failing::Before } else { Failing::After })
        })));
    }

    /// Somebody pushes to the repository of a warehouse.
    pub(crate) fn push(&self, warehouse: &str) {
        let mut commits = self.commits.lock().unwrap();
        let all = commits.entry(warehouse.to_owned()).or_default();
        all.push(format!("{:0>40}", all.len() + 1));
    }

    pub(crate) fn say_broken(&self, what: String) {
        self.broken.lock().unwrap().push(what);
    }

    pub(crate) fn broken(&self) -> Vec<String> {
        self.broken.lock().unwrap().clone()
    }

    /// A process that was killed runs no steps any more.
    pub(crate) fn killed(&self) {
        self.busy.lock().unwrap().clear();
    }

    /// Lets everybody work until nobody has anything to do.
    pub(crate) async fn settle(&self) {
        let happened = || self.steps.load(Ordering::Relaxed) + self.store.operations();
        let (mut idle, mut before) = (0, happened());
        while idle < 30 {
            tokio::task::yield_now().await;
            let now = happened();
            idle = if now == before { idle + 1 } else { 0 };
            before = now;
        }
    }

    /// Lets time pass, from one thing that is waited for to the next.
    pub(crate) async fn pass(&self, time: Duration) {
        let end = self.clock.now().plus(time);
        loop {
            self.settle().await;
            match self.clock.next() {
                Some(next) if next <= end => self.clock.set(next.max(self.clock.now())),
                _ => break,
            }
        }
        self.clock.set(end);
        self.settle().await;
    }

    /// A control plane that knows nothing of the time before it.
    pub(crate) async fn start(self: &Arc<Self>, stop: &CancellationToken) -> Option<Arc<Control>> {
        let token_key = TokenKey::new([7; 32]);
        let around = Arc::new(Around(Arc::clone(self)));
        let ports = ControlPorts {
            tenant: TenantId::default(),
            clock: Arc::clone(&self.clock) as _,
            ids: Arc::clone(&self.chance) as _,
            journal: Arc::clone(&self.store) as _,
            resources: Arc::clone(&self.store) as _,
            logs: Arc::clone(&self.store) as _,
            discoverer: Arc::clone(&around) as _,
            promotions: Arc::clone(&around) as _,
            health: around,
            manifests: Arc::new(JsonReader),
            retention: Retention::default(),
            seal_key: Arc::new(token_key.seal_key()),
            counts: Arc::default(),
        };
        Control::start(ports, Arc::new(Registry::default()), stop.clone()).await.ok()
    }

    fn driver(self: &Arc<Self>, data: Arc<dyn ProjectData>) -> Driver {
        let ports = DriverPorts {
            clock: Arc::clone(&self.clock) as _,
            catalog: Arc::new(OneStep),
            runner: Arc::new(Around(Arc::clone(self))),
            broker: Arc::new(FakeBroker::new(|call| panic!("{} is not called", call.function()))),
            sessions: Arc::new(NoSessions),
            logs: Arc::clone(&self.store) as _,
            wake: Arc::new(NoSessions),
            progress: Arc::new(Silent),
            data,
            templates: Arc::default(),
        };
        let settings = DriverSettings {
            promotions: self.promotions(),
            token_key: TokenKey::new([7; 32]),
            git_client: None,
            policy: Policy::Kargo,
            operator: Vec::new(),
            limits: Limits::default(),
            most: Limits::MOST,
            ui_base_url: String::new(),
        };
        Driver::new(ports, settings)
    }

    fn promotions(&self) -> PathBuf {
        self.dir.path().join("promotions")
    }

    /// How an attempt ends.
    async fn attempt(&self, request: &RunRequest) -> Outcome {
        let health = |outcome: Outcome| {
            let check = HealthCheck { kind: "scripted".to_owned(), input: json!({}) };
            Outcome { health: vec![check], ..outcome }
        };
        let done = Outcome::new(Status::Succeeded, "");
        if self.is_calm() {
            return done;
        }
        match self.chance.below(20) {
            0 => Outcome::failed_terminal("by chance"),
            1 => Outcome::errored("by chance"),
            2 => Outcome::errored_terminal("by chance"),
            3..=5 if request.input.attempt < 4 => Outcome {
                retry_after_ms: Some(1_000 * (1 + u64::try_from(self.chance.below(900)).unwrap())),
                ..Outcome::new(Status::Running, "not yet")
            },
            6 | 7 => {
                let time = Duration::from_secs(1 + u64::try_from(self.chance.below(900)).unwrap());
                tokio::select! {
                    () = self.clock.sleep(time) => done,
                    () = request.cancel.cancelled() => Outcome::errored("it was to end"),
                }
            }
            8..=11 => health(done),
            _ => done,
        }
    }

    /// A step begins: nothing else may be under way in its stage, and it may not have been done.
    fn begins(&self, stage: &str, promotion: &str, step: &str) {
        let other = self.busy.lock().unwrap().insert(stage.to_owned(), promotion.to_owned());
        if let Some(other) = other {
            self.say_broken(format!("{promotion} runs in {stage} while {other} does"));
        }
        let document = self.store.document("Promotion", promotion).unwrap_or_default();
        let steps = document["status"]["stepExecutionMetadata"].as_array().cloned().unwrap_or_default();
        if steps.iter().any(|done| done["alias"] == step && done["finishedAt"].is_string()) {
            self.say_broken(format!("{step} of {promotion} runs again after it was done"));
        }
    }
}

/// The world as the ports have it.
struct Around(Arc<World>);

#[async_trait]
impl StepRunner for Around {
    async fn run(&self, request: RunRequest) -> RunReport {
        let world = &self.0;
        world.steps.fetch_add(1, Ordering::Relaxed);
        let text = |name: &str| request.input.context[name].as_str().unwrap_or_default().to_owned();
        let stage = text("stage");
        world.begins(&stage, &text("promotion"), request.lease.step.as_str());
        tokio::task::yield_now().await;
        let outcome = world.attempt(&request).await;
        world.busy.lock().unwrap().remove(&stage);
        world.steps.fetch_add(1, Ordering::Relaxed);
        RunReport { ending: Ending::Returned(outcome), usage: Usage::default() }
    }
}

#[async_trait]
impl PromotionDriver for Around {
    async fn drive(
        &self,
        _project: &Project,
        unit: Arc<PromotionUnit>,
        data: Arc<dyn ProjectData>,
        stop: CancellationToken,
    ) -> Result<PromotionState, DriveError> {
        self.0.driver(data).run(unit, stop).await
    }
}

#[async_trait]
impl Discoverer for Around {
    async fn discover(
        &self,
        _project: &ProjectName,
        warehouse: &Warehouse,
        _previous: Option<&DiscoveredArtifacts>,
    ) -> Result<DiscoveredArtifacts, String> {
        let world = &self.0;
        world.steps.fetch_add(1, Ordering::Relaxed);
        tokio::task::yield_now().await;
        if !world.is_calm() && world.chance.percent(20) {
            return Err("the repository cannot be reached".to_owned());
        }
        let name = &warehouse.metadata.name;
        let commits = world.commits.lock().unwrap().get(name).cloned().unwrap_or_default();
        let commit = |id: &String| DiscoveredCommit { id: id.clone(), ..DiscoveredCommit::default() };
        let git = GitDiscovery {
            repo_url: repository(name),
            commits: commits.iter().rev().map(commit).collect(),
            ..GitDiscovery::default()
        };
        Ok(DiscoveredArtifacts { git: vec![git], ..DiscoveredArtifacts::default() })
    }
}

#[async_trait]
impl HealthChecker for Around {
    async fn check(&self, _project: &Project, _stage: &str, _check: &HealthCheck) -> HealthReport {
        let world = &self.0;
        world.steps.fetch_add(1, Ordering::Relaxed);
        let all = [HealthStatus::Healthy, HealthStatus::Progressing, HealthStatus::Unhealthy];
        let status = if world.is_calm() { all[0] } else { all[world.chance.below(3)] };
        HealthReport { status, issues: Vec::new(), output: Value::Null }
    }
}

/// The repository of a warehouse.
pub(crate) fn repository(warehouse: &str) -> String {
    format!("https://git.example/{warehouse}.git")
}

struct NoSessions;

#[async_trait]
impl Sessions for NoSessions {
    async fn open(&self, _spec: SessionSpec) {}

    async fn close(&self, _lease: &Lease) -> SessionReport {
        SessionReport::default()
    }

    async fn settle(&self, _lease: &Lease, call: &Call, _started_at: Timestamp) -> Settlement {
        panic!("{} is not called", call.function())
    }
}

#[async_trait]
impl Wake for NoSessions {
    async fn wait(&self, _events: &[Value], cancel: &CancellationToken) {
        cancel.cancelled().await;
    }
}

/// Manifests as a JSON list.
struct JsonReader;

impl ManifestReader for JsonReader {
    fn read(&self, text: &[u8]) -> Result<Vec<ReadManifest>, ApiError> {
        let all: Vec<Value> =
            serde_json::from_slice(text).map_err(|e| ApiError::new(Fault::BadRequest, e.to_string()))?;
        let read = |json| ReadManifest { json, problems: Vec::new(), warnings: Vec::new() };
        Ok(all.into_iter().map(read).collect())
    }
}
