//! The worker's side: runs what it is sent, and asks its parent whatever a guest asks.

use std::collections::HashMap;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use tokio::net::UnixStream;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use windlass_model::call::{Answer, Call, CallError};
use windlass_model::ids::Lease;
use windlass_model::limits::Usage;
use windlass_model::outcome::Outcome;
use windlass_ports::broker::Broker;
use windlass_ports::step_catalog::StepBinary;
use windlass_ports::step_runner::{Ending, RunReport, RunRequest, StepRunner as _};
use windlass_workdir::{AttemptDir, DiskChange};

use super::protocol::{Job, ToParent, ToWorker, read_frame, write_frame};
use crate::sandbox::Sandbox;

/// Messages that wait to be written.
const QUEUE: usize = 256;

/// What the worker's tasks share.
struct Shared {
    outbox: mpsc::Sender<ToParent>,
    calls: Mutex<HashMap<u64, oneshot::Sender<(Answer, DiskChange)>>>,
    runs: Mutex<HashMap<u64, CancellationToken>>,
    next_call: AtomicU64,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Serves the parent at the other end of `socket` until it goes away.
///
/// # Errors
/// If the socket fails.
pub async fn serve(socket: OwnedFd, sandbox: Sandbox) -> std::io::Result<()> {
    let stream = std::os::unix::net::UnixStream::from(socket);
    stream.set_nonblocking(true)?;
    let (mut reader, mut writer) = UnixStream::from_std(stream)?.into_split();
    let (outbox, mut inbox) = mpsc::channel(QUEUE);
    let shared = Arc::new(Shared {
        outbox,
        calls: Mutex::default(),
        runs: Mutex::default(),
        next_call: AtomicU64::new(1),
    });
    let writing = tokio::spawn(async move {
        while let Some(message) = inbox.recv().await {
            if write_frame(&mut writer, &message).await.is_err() {
                return;
            }
        }
    });
    let sandbox = Arc::new(sandbox);
    while let Some(message) = read_frame(&mut reader).await? {
        match message {
            ToWorker::Run(run, job) => {
                let cancel = CancellationToken::new();
                lock(&shared.runs).insert(run, cancel.clone());
                tokio::spawn(run_job(Arc::clone(&sandbox), Arc::clone(&shared), run, *job, cancel));
            }
            ToWorker::Answer(call, answer, elsewhere) => {
                if let Some(waiting) = lock(&shared.calls).remove(&call) {
                    // A run that has ended waits for nothing any more.
                    let _ = waiting.send((*answer, elsewhere));
                }
            }
            ToWorker::Cancel(run) => {
                if let Some(cancel) = lock(&shared.runs).get(&run) {
                    cancel.cancel();
                }
            }
        }
    }
    // The parent is gone: nobody wants the results of what still runs.
    for cancel in lock(&shared.runs).values() {
        cancel.cancel();
    }
    lock(&shared.calls).clear();
    writing.abort();
    Ok(())
}

async fn run_job(sandbox: Arc<Sandbox>, shared: Arc<Shared>, run: u64, job: Job, cancel: CancellationToken) {
    let (report, disk) = match AttemptDir::open(&job.dir) {
        Ok(dir) => {
            let dir = Arc::new(dir);
            let broker = Arc::new(ParentBroker { shared: Arc::clone(&shared), run, dir: Arc::clone(&dir) });
            let request = RunRequest {
                binary: StepBinary { digest: job.digest, path: job.binary },
                entry: job.entry,
                lease: job.lease,
                input: job.input,
                limits: job.limits,
                dir: Arc::clone(&dir),
                clock_start: job.clock_start,
                seed: job.seed,
                cancel,
                broker,
            };
            let report = sandbox.run(request).await;
            (report, dir.work.quota().change_since(dir.used_at_start()))
        }
        Err(error) => {
            let outcome = Outcome::errored(format!("the work directory cannot be opened: {error}"));
            (RunReport { ending: Ending::Ended(outcome), usage: Usage::default() }, DiskChange::default())
        }
    };
    lock(&shared.runs).remove(&run);
    let _ = shared.outbox.send(ToParent::Done { run, report: Box::new(report), disk }).await;
}

/// Asks the parent.
struct ParentBroker {
    shared: Arc<Shared>,
    run: u64,
    dir: Arc<AttemptDir>,
}

#[async_trait]
impl Broker for ParentBroker {
    async fn call(&self, _lease: &Lease, call: Call) -> Answer {
        let number = self.shared.next_call.fetch_add(1, Ordering::Relaxed);
        let (send, receive) = oneshot::channel();
        lock(&self.shared.calls).insert(number, send);
        let disk = self.dir.work.quota().change_since(self.dir.used_at_start());
        let message = ToParent::Call { run: self.run, call: number, request: Box::new(call), disk };
        if self.shared.outbox.send(message).await.is_err() {
            return Err(CallError::cancelled());
        }
        match receive.await {
            Ok((answer, elsewhere)) => {
                self.dir.work.quota().set_elsewhere(elsewhere);
                answer
            }
            Err(_) => Err(CallError::cancelled()),
        }
    }
}
