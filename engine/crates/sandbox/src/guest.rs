//! One running guest: the data of its store, and the way its calls take to the broker.

use std::sync::Arc;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng as _;
use tokio::runtime::Handle;
use wasmtime::component::ResourceTable;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};
use windlass_model::call::log::Line;
use windlass_model::call::{Answer, Call};
use windlass_model::ids::Lease;
use windlass_model::time::Timestamp;
use windlass_ports::broker::Broker;
use windlass_ports::clock::Clock;
use windlass_ports::step_runner::RunRequest;
use windlass_workdir::{AttemptDir, DiskUsage};

use crate::abi::call_import::PendingAnswers;
use crate::abi::http02::HttpHooks;
use crate::abi::{preview1, wasi02};
use crate::budget::Budget;
use crate::listing::Listings;
use crate::output::{Output, Standard};

/// The monotonic clock starts at this many nanoseconds. Snapshots are taken with a clock that starts at zero, and
/// time must not run backwards for what was warmed up in them.
pub(crate) const MONOTONIC_START_NS: u64 = 24 * 60 * 60 * 1_000_000_000;

/// The data of a guest's store.
pub(crate) struct Guest {
    /// What it may use of this process.
    pub(crate) budget: Budget,
    /// Its files.
    pub(crate) dir: Arc<AttemptDir>,
    /// What it wrote.
    pub(crate) output: Output,
    /// Its clocks.
    pub(crate) time: GuestTime,
    /// Its randomness.
    pub(crate) random: ChaCha20Rng,
    /// How many files, streams and answers it may hold.
    pub(crate) handles: usize,
    /// The directories it is reading.
    pub(crate) listings: Listings,
    /// The state of a preview1 module.
    pub(crate) preview1: preview1::State,
    /// Answers that a core module has not read yet.
    pub(crate) answers: PendingAnswers,
    wasi: WasiCtx,
    http: WasiHttpCtx,
    http_hooks: HttpHooks,
    table: ResourceTable,
    caller: Caller,
}

/// The way to the broker. Blocks the guest's thread, which is not a worker of the runtime.
#[derive(Clone)]
pub(crate) struct Caller {
    /// Whose calls these are.
    pub(crate) lease: Lease,
    /// Who answers.
    pub(crate) broker: Arc<dyn Broker>,
    runtime: Handle,
}

impl Caller {
    /// Asks and waits for the answer.
    pub(crate) fn call(&self, call: Call) -> Answer {
        self.runtime.block_on(self.broker.call(&self.lease, call))
    }

    /// The runtime on which the broker works.
    pub(crate) fn runtime(&self) -> &Handle {
        &self.runtime
    }
}

/// The clocks of a guest: the wall clock shows the recorded start of the attempt and what has passed since.
#[derive(Clone)]
pub(crate) struct GuestTime {
    clock: Arc<dyn Clock>,
    started: Timestamp,
    shown_at_start: Timestamp,
}

impl GuestTime {
    pub(crate) fn new(clock: Arc<dyn Clock>, shown_at_start: Timestamp) -> Self {
        Self { started: clock.now(), clock, shown_at_start }
    }

    fn elapsed(&self) -> std::time::Duration {
        self.clock.now().since(self.started)
    }

    /// Nanoseconds since the Unix epoch.
    pub(crate) fn wall_ns(&self) -> u64 {
        u64::try_from(self.shown_at_start.plus(self.elapsed()).as_micros()).unwrap_or(0).saturating_mul(1_000)
    }

    /// Nanoseconds since an arbitrary start.
    pub(crate) fn monotonic_ns(&self) -> u64 {
        MONOTONIC_START_NS + u64::try_from(self.elapsed().as_nanos()).unwrap_or(0)
    }

    /// The host's clock, for waiting.
    pub(crate) fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }
}

impl Guest {
    /// The guest of `request`, about to run on this thread.
    pub(crate) fn new(request: &RunRequest, clock: &Arc<dyn Clock>, runtime: &Handle, out: Standard) -> Self {
        let output = Output::new(out);
        let stdin = match out {
            Standard::Log => Vec::new(),
            Standard::Result => serde_json::to_vec(&request.input).unwrap_or_default(),
        };
        let time = GuestTime::new(Arc::clone(clock), request.clock_start);
        let handles = request.limits.handles as usize;
        let mut table = ResourceTable::new();
        table.set_max_capacity(handles);
        let mut http = WasiHttpCtx::new();
        http.set_field_size_limit(128 << 10);
        let caller = Caller {
            lease: request.lease.clone(),
            broker: Arc::clone(&request.broker),
            runtime: runtime.clone(),
        };
        Self {
            budget: Budget::start(&request.limits, Arc::clone(clock), request.cancel.clone()),
            dir: Arc::clone(&request.dir),
            wasi: wasi02::context(&output, &time, request.seed, stdin.clone()),
            preview1: preview1::State::new(request, stdin),
            random: ChaCha20Rng::seed_from_u64(request.seed),
            answers: PendingAnswers::default(),
            listings: Listings::default(),
            http_hooks: HttpHooks::new(caller.clone()),
            output,
            time,
            handles,
            http,
            table,
            caller,
        }
    }

    /// Hands what the guest wrote on to the log, then asks the broker and waits for the answer.
    pub(crate) fn call(&mut self, call: Call) -> Answer {
        self.flush_output();
        self.caller.call(call)
    }

    /// Hands the lines that the guest wrote to its streams on to the log.
    pub(crate) fn flush_output(&mut self) {
        let (lines, dropped) = self.output.take_lines();
        for (level, message) in lines {
            let line = Line { level, message, fields: serde_json::Value::Null };
            // A log that fails must not fail the step.
            let _ = self.caller.call(Call::LogWrite(line));
        }
        if dropped > 0 {
            let line = Line {
                level: windlass_model::call::log::Level::Warn,
                message: format!("[{dropped} bytes of output were dropped]"),
                fields: serde_json::Value::Null,
            };
            let _ = self.caller.call(Call::LogWrite(line));
        }
    }

    /// How much the files of the attempt grew.
    pub(crate) fn disk_growth(&self) -> u64 {
        let DiskUsage { bytes, .. } = self.dir.work.quota().used();
        bytes.saturating_sub(self.dir.used_at_start().bytes)
    }

    /// The runtime on which the host works for this guest.
    pub(crate) fn runtime(&self) -> &Handle {
        self.caller.runtime()
    }

    /// The table of the component's resources.
    pub(crate) fn table(&mut self) -> &mut ResourceTable {
        &mut self.table
    }
}

impl WasiView for Guest {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl WasiHttpView for Guest {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { ctx: &mut self.http, table: &mut self.table, hooks: &mut self.http_hooks }
    }
}
