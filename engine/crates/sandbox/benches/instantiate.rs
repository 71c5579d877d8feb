//! How long one run of a compiled Rust step takes: a new instance, the call, and its end. `cargo xtask bench` runs it after
//! the steps and the program have been built.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::json;
use tokio_util::sync::CancellationToken;
use windlass_model::call::{Answer, Call, CallError};
use windlass_model::digest::Digest;
use windlass_model::ids::{
    AttemptNumber, FencingToken, IncarnationNumber, Lease, PromotionUid, StepAlias, TenantId,
};
use windlass_model::limits::Limits;
use windlass_model::outcome::Status;
use windlass_model::time::Timestamp;
use windlass_ports::broker::Broker;
use windlass_ports::clock::FakeClock;
use windlass_ports::step_catalog::StepBinary;
use windlass_ports::step_runner::{Ending, RunRequest, StepInput, StepRunner as _};
use windlass_sandbox::{ChildCompiler, Sandbox, SandboxConfig};
use windlass_workdir::{AttemptDir, AttemptKey, DiskUsage, PromotionDir};

/// At most, in microseconds.
const TARGET: f64 = 100.0;

/// The step does nothing that needs an answer.
struct NoBroker;

#[async_trait]
impl Broker for NoBroker {
    async fn call(&self, _lease: &Lease, call: Call) -> Answer {
        Err(CallError::denied("not-granted", call.function()))
    }
}

#[tokio::main]
async fn main() {
    let target = std::env::current_exe().expect("a path").ancestors().nth(3).expect("target").to_owned();
    let scratch = tempfile::tempdir().expect("a directory");
    let clock = Arc::new(FakeClock::new(Timestamp::from_micros(0)));
    let compiler = ChildCompiler::new(target.join("release/windlass"), vec!["compile-step".to_owned()]);
    let cache_dir = scratch.path().join("cache");
    let sandbox =
        Sandbox::new(SandboxConfig { cache_dir, compiler: Arc::new(compiler), clock }).expect("a sandbox");
    let binary = binary(&target.join("steps"));
    let dir = PromotionDir::new(scratch.path().join("promotion"));
    dir.create().expect("a directory");
    let attempt = dir
        .begin_attempt(AttemptKey { step: 0, attempt: 1 }, DiskUsage { bytes: 1 << 20, files: 100 })
        .expect("an attempt");
    let attempt = Arc::new(attempt);
    let mut times = Vec::new();
    for turn in 0..1_100 {
        let request = request(&binary, &attempt);
        let start = now_micros();
        let report = sandbox.run(request).await;
        let took = now_micros() - start;
        assert!(
            matches!(&report.ending, Ending::Returned(outcome) if outcome.status == Status::Succeeded),
            "{report:?}"
        );
        if turn >= 100 {
            times.push(took);
        }
    }
    times.sort_by(f64::total_cmp);
    let median = times[times.len() / 2];
    let verdict = if median <= TARGET { "ok" } else { "short" };
    #[expect(clippy::print_stdout, reason = "the line is what a benchmark is for")]
    {
        println!("bench instantiate-and-run {median:.1} us target {TARGET} {verdict}");
    }
}

/// The finished component of `compose-output`.
fn binary(steps: &Path) -> StepBinary {
    let files =
        std::fs::read_dir(steps).expect("run `cargo xtask steps` first").flatten().map(|entry| entry.path());
    let is_it =
        |path: &PathBuf| path.file_name().is_some_and(|n| n.to_string_lossy().starts_with("compose-output-"));
    let path = files.into_iter().find(is_it).expect("compose-output is built");
    StepBinary { digest: Digest::of(&std::fs::read(&path).expect("the component")), path }
}

fn request(binary: &StepBinary, dir: &Arc<AttemptDir>) -> RunRequest {
    RunRequest {
        binary: binary.clone(),
        entry: windlass_ports::step_runner::Entry::Run,
        lease: Lease {
            tenant: TenantId::default(),
            promotion: PromotionUid(uuid::Uuid::nil()),
            step: StepAlias::new("bench"),
            attempt: AttemptNumber(1),
            incarnation: IncarnationNumber(1),
            fencing: FencingToken(0),
        },
        input: StepInput { config: json!({ "a": 1 }), context: json!({}), state: None, attempt: 1 },
        limits: Limits::default(),
        dir: Arc::clone(dir),
        clock_start: Timestamp::from_micros(0),
        seed: 0,
        cancel: CancellationToken::new(),
        broker: Arc::new(NoBroker),
    }
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures the machine's time")]
fn now_micros() -> f64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("it is after 1970");
    since.as_secs_f64() * 1e6
}
