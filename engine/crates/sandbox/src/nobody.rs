//! A guest outside of any promotion, as it runs while a step is built: nobody answers its calls, its clock stands still,
//! and its seed is zero, so that the same program always does the same.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;
use windlass_model::call::{Answer, Call, CallError};
use windlass_model::digest::Digest;
use windlass_model::ids::{
    AttemptNumber, FencingToken, IncarnationNumber, Lease, PromotionUid, StepAlias, TenantId,
};
use windlass_model::limits::Limits;
use windlass_model::time::Timestamp;
use windlass_ports::broker::Broker;
use windlass_ports::clock::Clock;
use windlass_ports::step_catalog::StepBinary;
use windlass_ports::step_runner::{RunRequest, StepInput};
use windlass_workdir::AttemptDir;

use crate::guest::Guest;
use crate::output::Standard;

/// A guest in the directories of `dir`.
pub(crate) fn nobodys_guest(dir: &Arc<AttemptDir>, runtime: &Handle, out: Standard) -> Guest {
    let clock: Arc<dyn Clock> = Arc::new(StandingClock);
    Guest::new(&nobodys_request(dir), &clock, runtime, out)
}

/// A clock at the beginning of time.
struct StandingClock;

#[async_trait]
impl Clock for StandingClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(0)
    }

    async fn sleep_until(&self, _instant: Timestamp) {}
}

/// Nobody answers outside of promotions: what it would freeze is not the same in every run.
struct NoBroker;

#[async_trait]
impl Broker for NoBroker {
    async fn call(&self, _lease: &Lease, call: Call) -> Answer {
        let message = format!("{} cannot be called while a step is built", call.function());
        Err(CallError::denied("not-promoting", message))
    }
}

fn nobodys_request(dir: &Arc<AttemptDir>) -> RunRequest {
    RunRequest {
        binary: StepBinary { digest: Digest::of(b""), path: std::path::PathBuf::new() },
        entry: windlass_ports::step_runner::Entry::Run,
        lease: Lease {
            tenant: TenantId::default(),
            promotion: PromotionUid(uuid::Uuid::nil()),
            step: StepAlias::new("build"),
            attempt: AttemptNumber(1),
            incarnation: IncarnationNumber(1),
            fencing: FencingToken(0),
        },
        input: StepInput {
            config: serde_json::Value::Null,
            context: serde_json::Value::Null,
            state: None,
            attempt: 1,
        },
        limits: Limits::default(),
        dir: Arc::clone(dir),
        clock_start: Timestamp::from_micros(0),
        seed: 0,
        cancel: CancellationToken::new(),
        broker: Arc::new(NoBroker),
    }
}
