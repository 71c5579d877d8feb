//! A step that does as its configuration says, and the world in which its effects arrive.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use windlass_model::call::git::{RefUpdated, UpdateRef};
use windlass_model::call::metadata::SetAlias;
use windlass_model::call::{Answer, Call, Reply};
use windlass_model::digest::{CommitId, Digest};
use windlass_model::event::promotion::LogLine;
use windlass_model::ids::{Lease, ProjectName, TenantId};
use windlass_model::limits::{Limits, Usage};
use windlass_model::outcome::{Fault, Outcome, Status};
use windlass_model::time::Timestamp;
use windlass_ports::broker::FakeBroker;
use windlass_ports::clock::Clock;
use windlass_ports::effects::{Begun, EffectError, EffectRecord, Settlement};
use windlass_ports::journal::JournalError;
use windlass_ports::progress::Silent;
use windlass_ports::records::{AttemptLogs, DocumentChange, LogKey};
use windlass_ports::sessions::{Policy, SessionReport, SessionSpec, Sessions};
use windlass_ports::step_catalog::OneStep;
use windlass_ports::step_runner::{Ending, RunReport, RunRequest, StepRunner};
use windlass_ports::wake::Wake;
use windlass_promotion::driver::{Driver, DriverPorts, DriverSettings};
use windlass_promotion::evaluate::functions::NoData;
use windlass_promotion::tokens::TokenKey;
use windlass_workdir::{Follow, OpenMode};

/// A clock for which waiting takes no time.
pub(crate) struct JumpingClock(Mutex<Timestamp>);

impl Default for JumpingClock {
    fn default() -> Self {
        Self(Mutex::new("2026-01-02T03:04:05Z".parse().unwrap()))
    }
}

#[async_trait]
impl Clock for JumpingClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }

    async fn sleep_until(&self, instant: Timestamp) {
        let mut now = self.0.lock().unwrap();
        *now = instant.max(*now);
    }
}

/// What has arrived, and who runs.
#[derive(Default)]
pub(crate) struct World {
    sent: Mutex<Vec<String>>,
    effects: Mutex<HashMap<Lease, Arc<dyn EffectRecord>>>,
}

impl World {
    /// The effects that arrived, in order.
    pub(crate) fn sent(&self) -> Vec<String> {
        self.sent.lock().unwrap().clone()
    }

    /// Sends the effect that `name` names, unless it is known to have been sent.
    async fn send(&self, lease: &Lease, name: &str) -> Result<(), EffectError> {
        let effects = self.effects.lock().unwrap().get(lease).cloned().ok_or(EffectError::Superseded)?;
        let call = call(name);
        if let Begun::Send(effect) = effects.begin(lease, &call, Digest::of(name.as_bytes())).await? {
            self.sent.lock().unwrap().push(name.to_owned());
            effects.finish(lease, effect, &answer()).await?;
        }
        Ok(())
    }

    /// Gives the freight the alias `name`; what it had before, or why it did not get it.
    async fn rename(&self, lease: &Lease, name: &str) -> Result<Value, EffectError> {
        let effects = self.effects.lock().unwrap().get(lease).cloned().ok_or(EffectError::Superseded)?;
        let call = Call::MetadataSetAlias(SetAlias { freight: "f".to_owned(), alias: name.to_owned() });
        let change =
            DocumentChange::set_alias(&TenantId::default(), &ProjectName::new("demo").unwrap(), "f", name);
        let done = Reply::FormerAlias("before".to_owned());
        Ok(match effects.change(lease, &call, Digest::of(name.as_bytes()), vec![change], done).await? {
            Ok(reply) => json!(reply),
            Err(error) => json!(error.code),
        })
    }

    /// Does as the script says.
    async fn play(&self, request: &RunRequest) -> Result<Outcome, EffectError> {
        let script = request.input.config["do"].as_str().unwrap().to_owned();
        let (alias, attempt) = (request.lease.step.as_str(), request.input.attempt);
        let mut outcome = Outcome::new(Status::Succeeded, "");
        let mut effects = 0;
        let mut renamed: Vec<Value> = Vec::new();
        for word in script.split(' ') {
            match word {
                "write" => write(request, &format!("{alias}-{attempt}")),
                "wait-twice" if attempt <= 2 => {
                    return Ok(Outcome {
                        retry_after_ms: Some(1_000),
                        state: Some(json!({ "seen": attempt })),
                        ..Outcome::new(Status::Running, "not yet")
                    });
                }
                "wait-twice" => assert_eq!(request.input.state, Some(json!({ "seen": 2 }))),
                "send" => {
                    self.send(&request.lease, &format!("{alias} {attempt} {effects}")).await?;
                    effects += 1;
                }
                "rename" => renamed.push(self.rename(&request.lease, &format!("{alias}-{attempt}")).await?),
                "rename-in-vain" => renamed.push(self.rename(&request.lease, "taken").await?),
                "fail-once" if attempt == 1 => return Ok(Outcome::errored("this time")),
                "fail-once" => {}
                "fail" => {
                    outcome =
                        Outcome { fault: Some(Fault::Terminal), ..Outcome::new(Status::Failed, "as told") };
                }
                other => panic!("no script has {other}"),
            }
        }
        let seen = request.dir.work.list(request.dir.work.root()).unwrap().len();
        outcome.output = Some(match renamed.is_empty() {
            true => json!({ "seen": seen }),
            false => json!({ "seen": seen, "renamed": renamed }),
        });
        Ok(outcome)
    }
}

/// Makes a file; one that was there already was not undone.
fn write(request: &RunRequest, name: &str) {
    let mode = OpenMode { write: true, create: true, exclusive: true, truncate: false };
    let work = &request.dir.work;
    let file = work.open_file(work.root(), Path::new(name), Follow::No, mode).unwrap();
    file.append(name.as_bytes()).unwrap();
}

fn commit() -> CommitId {
    "0123456789012345678901234567890123456789".parse().unwrap()
}

fn call(name: &str) -> Call {
    Call::GitUpdateRef(UpdateRef {
        url: "https://h/app".to_owned(),
        reference: format!("refs/heads/{name}"),
        old: None,
        new: commit(),
        insecure_skip_tls_verify: false,
    })
}

fn answer() -> Answer {
    Ok(Reply::RefUpdated(RefUpdated { commit: commit() }))
}

#[async_trait]
impl StepRunner for World {
    async fn run(&self, request: RunRequest) -> RunReport {
        let ending = match self.play(&request).await {
            Ok(outcome) => Ending::Returned(outcome),
            Err(error) => Ending::Ended(Outcome::errored_terminal(error.to_string())),
        };
        RunReport { ending, usage: Usage::default() }
    }
}

#[async_trait]
impl Sessions for World {
    async fn open(&self, spec: SessionSpec) {
        self.effects.lock().unwrap().insert(spec.lease, spec.effects);
    }

    async fn close(&self, lease: &Lease) -> SessionReport {
        self.effects.lock().unwrap().remove(lease);
        SessionReport::default()
    }

    /// What has arrived tells.
    async fn settle(&self, _lease: &Lease, call: &Call, _started_at: Timestamp) -> Settlement {
        let Call::GitUpdateRef(update) = call else { panic!("nothing else is sent") };
        let name = update.reference.trim_start_matches("refs/heads/");
        let arrived = self.sent.lock().unwrap().iter().any(|sent| sent == name);
        if arrived { Settlement::Done(answer()) } else { Settlement::Unsent }
    }
}

struct Nothing;

#[async_trait]
impl AttemptLogs for Nothing {
    async fn write_log(&self, _key: &LogKey, _lines: &[LogLine]) -> Result<(), JournalError> {
        Ok(())
    }

    async fn read_log(&self, _key: &LogKey) -> Result<Vec<LogLine>, JournalError> {
        Ok(Vec::new())
    }

    async fn forget_logs(
        &self,
        _tenant: &TenantId,
        _promotion: windlass_model::ids::PromotionUid,
    ) -> Result<(), JournalError> {
        Ok(())
    }
}

#[async_trait]
impl Wake for Nothing {
    async fn wait(&self, _events: &[Value], cancel: &CancellationToken) {
        cancel.cancelled().await;
    }
}

/// A driver that knows nothing of the time before it.
pub(crate) fn driver(promotions: &Path, clock: &Arc<dyn Clock>, world: &Arc<World>) -> Driver {
    let ports = DriverPorts {
        clock: Arc::clone(clock),
        catalog: Arc::new(OneStep),
        runner: Arc::clone(world) as _,
        broker: Arc::new(FakeBroker::new(|call| panic!("{} is not called", call.function()))),
        sessions: Arc::clone(world) as _,
        logs: Arc::new(Nothing),
        wake: Arc::new(Nothing),
        progress: Arc::new(Silent),
        data: Arc::new(NoData),
        templates: Arc::default(),
    };
    let settings = DriverSettings {
        promotions: promotions.to_owned(),
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
