//! Guests beside each other in one process.

use std::path::Path;

use serde_json::json;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use windlass_model::call::Reply;
use windlass_model::call::attempt::Mode;
use windlass_model::ids::{
    AttemptNumber, FencingToken, IncarnationNumber, Lease, PromotionUid, StepAlias, TenantId,
};
use windlass_model::limits::Limits;
use windlass_model::outcome::Status;
use windlass_model::time::Timestamp;
use windlass_ports::broker::FakeBroker;
use windlass_ports::clock::FakeClock;
use windlass_ports::step_runner::StepInput;
use windlass_workdir::{AttemptDir, AttemptKey, DiskUsage, PromotionDir};

use super::*;
use crate::compile::CompileError;

/// A guest that makes one call, and then does what the body says.
const CALLS_ONCE: &str = r#"(module
  (import "windlass:step/call@0.1.0" "call" (func $call (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1) (memory 1) (memory 1) (memory 1)
  (table 1 funcref) (table 1 funcref) (table 1 funcref) (table 1 funcref)
  (table 1 funcref) (table 1 funcref) (table 1 funcref) (table 1 funcref)
  (data (i32.const 256) "{\"fn\":\"attempt.getMode\",\"args\":{}}")
  (func (export "_start")
    (drop (call $call (i32.const 256) (i32.const 34)))
    BODY))"#;

/// Waits for a very long time: for the monotonic clock, at memory 0.
const WAITS: &str = "(i32.store (i32.const 16) (i32.const 1))
    (i64.store (i32.const 24) (i64.const 0x1000000000000000))
    (drop (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128)))";

const COMPUTES: &str = "(loop $again (br $again))";

/// Compiles here, since guests of these tests are small and their author is known.
struct HereCompiler;

#[async_trait]
impl Compiler for HereCompiler {
    async fn compile(&self, from: &Path, to: &Path) -> Result<(), CompileError> {
        let invalid = |e: wasmtime::Error| CompileError::Invalid(format!("{e:#}"));
        let binary = std::fs::read(from).map_err(|e| CompileError::Process(e.to_string()))?;
        let code = new_engine().and_then(|engine| engine.precompile_module(&binary)).map_err(invalid)?;
        std::fs::write(to, code).map_err(|e| CompileError::Process(e.to_string()))
    }
}

struct House {
    scratch: tempfile::TempDir,
    sandbox: Arc<Sandbox>,
    dir: Arc<AttemptDir>,
    /// One permit for each call.
    called: Arc<Semaphore>,
    stop: CancellationToken,
}

impl House {
    fn new() -> Self {
        let scratch = tempfile::tempdir().unwrap();
        let dir = PromotionDir::new(scratch.path().join("promotion"));
        dir.create().unwrap();
        let most = DiskUsage { bytes: 1 << 20, files: 100 };
        let attempt = dir.begin_attempt(AttemptKey { step: 0, attempt: 1 }, most).unwrap();
        let config = SandboxConfig {
            cache_dir: scratch.path().join("cache"),
            compiler: Arc::new(HereCompiler),
            clock: Arc::new(FakeClock::new(Timestamp::from_micros(0))),
        };
        Self {
            sandbox: Arc::new(Sandbox::new(config).unwrap()),
            dir: Arc::new(attempt),
            called: Arc::new(Semaphore::new(0)),
            stop: CancellationToken::new(),
            scratch,
        }
    }

    fn guest(&self, body: &str) -> StepBinary {
        let wasm = wat::parse_str(CALLS_ONCE.replace("BODY", body)).unwrap();
        let digest = Digest::of(&wasm);
        let path = self.scratch.path().join(digest.hex());
        std::fs::write(&path, wasm).unwrap();
        StepBinary { digest, path }
    }

    /// A run of a guest that ends with the house, if not by itself.
    fn run(&self, binary: &StepBinary) -> impl Future<Output = RunReport> + Send + 'static {
        let called = Arc::clone(&self.called);
        let broker = FakeBroker::new(move |_| {
            called.add_permits(1);
            Ok(Reply::Mode(Mode::Live))
        });
        let request = RunRequest {
            binary: binary.clone(),
            entry: windlass_ports::step_runner::Entry::Run,
            lease: Lease {
                tenant: TenantId::default(),
                promotion: PromotionUid(uuid::Uuid::nil()),
                step: StepAlias::new("guest"),
                attempt: AttemptNumber(1),
                incarnation: IncarnationNumber(1),
                fencing: FencingToken(0),
            },
            input: StepInput { config: json!({}), context: json!({}), state: None, attempt: 1 },
            limits: Limits::default(),
            dir: Arc::clone(&self.dir),
            clock_start: Timestamp::from_micros(0),
            seed: 0,
            cancel: self.stop.child_token(),
            broker: Arc::new(broker),
        };
        let sandbox = Arc::clone(&self.sandbox);
        async move { sandbox.run(request).await }
    }

    /// Waits for as many calls, of guests that do not end before.
    async fn called(&self, times: u32, guests: &mut JoinSet<RunReport>) {
        tokio::select! {
            permits = self.called.acquire_many(times) => permits.unwrap().forget(),
            Some(ended) = guests.join_next() => panic!("a guest ended early: {:?}", ended.unwrap()),
        }
    }
}

fn cancelled() -> Ending {
    Ending::Ended(Outcome::errored_terminal("the attempt was cancelled"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_house_has_room_for_all_that_each_guest_may_have() {
    let house = House::new();
    let waits = house.guest(WAITS);
    house.sandbox.prepare(&waits).await.unwrap();
    let mut guests = JoinSet::new();
    for _ in 0..MAX_GUESTS {
        guests.spawn(house.run(&waits));
    }
    house.called(MAX_GUESTS, &mut guests).await;
    house.stop.cancel();
    while let Some(ended) = guests.join_next().await {
        assert_eq!(ended.unwrap().ending, cancelled());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_that_computes_for_ever_keeps_nobody_waiting() {
    let house = House::new();
    let (computes, ends) = (house.guest(COMPUTES), house.guest(""));
    let mut guests = JoinSet::new();
    for _ in 0..4 {
        guests.spawn(house.run(&computes));
    }
    house.called(4, &mut guests).await;
    let report = house.run(&ends).await;
    assert_eq!(report.ending, Ending::Returned(Outcome::new(Status::Succeeded, "")));
    house.stop.cancel();
    while let Some(ended) = guests.join_next().await {
        assert_eq!(ended.unwrap().ending, cancelled());
    }
}
