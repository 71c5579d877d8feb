//! The parent's side: starts a worker, sends it runs, and lets the broker answer its calls.

use std::collections::HashMap;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use tokio::net::UnixStream;
use tokio::net::unix::OwnedReadHalf;
use tokio::process::{Child, Command};
use tokio::sync::{mpsc, oneshot};
use windlass_model::call::Call;
use windlass_model::ids::Lease;
use windlass_model::limits::Usage;
use windlass_model::outcome::Outcome;
use windlass_ports::broker::Broker;
use windlass_ports::step_runner::{Ending, RunReport, RunRequest, StepRunner};
use windlass_workdir::{AttemptDir, DiskChange};

use super::protocol::{Job, ToParent, ToWorker, read_frame, write_frame};

/// Messages that wait to be written.
const QUEUE: usize = 256;

/// How a worker is started: a program that serves the socket on its standard input.
#[derive(Debug, Clone)]
pub struct WorkerProcess {
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
}

/// Runs steps in a worker, which is started when it is first needed and again after it has ended.
pub struct WorkerRunner {
    process: WorkerProcess,
    connection: tokio::sync::Mutex<Option<Arc<Connection>>>,
}

struct Connection {
    outbox: mpsc::Sender<ToWorker>,
    runs: Mutex<HashMap<u64, Run>>,
    next_run: AtomicU64,
    /// Ends with its parent.
    _child: Child,
}

/// A run that the worker has been sent.
struct Run {
    lease: Lease,
    broker: Arc<dyn Broker>,
    dir: Arc<AttemptDir>,
    done: oneshot::Sender<RunReport>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl WorkerRunner {
    /// A runner whose worker is not started yet.
    #[must_use]
    pub fn new(process: WorkerProcess) -> Self {
        Self { process, connection: tokio::sync::Mutex::new(None) }
    }

    async fn connection(&self) -> std::io::Result<Arc<Connection>> {
        let mut current = self.connection.lock().await;
        if let Some(connection) = current.as_ref().filter(|c| !c.outbox.is_closed()) {
            return Ok(Arc::clone(connection));
        }
        let connection = Connection::start(&self.process)?;
        *current = Some(Arc::clone(&connection));
        Ok(connection)
    }
}

impl Connection {
    fn start(process: &WorkerProcess) -> std::io::Result<Arc<Self>> {
        let (here, there) = std::os::unix::net::UnixStream::pair()?;
        here.set_nonblocking(true)?;
        let child = Command::new(&process.program)
            .args(&process.arguments)
            .stdin(Stdio::from(OwnedFd::from(there)))
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let (reader, mut writer) = UnixStream::from_std(here)?.into_split();
        let (outbox, mut waiting) = mpsc::channel::<ToWorker>(QUEUE);
        tokio::spawn(async move {
            while let Some(message) = waiting.recv().await {
                if write_frame(&mut writer, &message).await.is_err() {
                    return;
                }
            }
        });
        let connection =
            Arc::new(Self { outbox, runs: Mutex::default(), next_run: AtomicU64::new(1), _child: child });
        tokio::spawn(read_messages(Arc::downgrade(&connection), reader));
        Ok(connection)
    }

    async fn answer(self: Arc<Self>, run: u64, call: u64, request: Call, disk: DiskChange) {
        let Some((lease, broker, dir)) = lock(&self.runs)
            .get(&run)
            .map(|run| (run.lease.clone(), Arc::clone(&run.broker), Arc::clone(&run.dir)))
        else {
            return;
        };
        dir.work.quota().set_elsewhere(disk);
        let answer = broker.call(&lease, request).await;
        let own = dir.work.quota().change_since(dir.used_at_start());
        let _ = self.outbox.send(ToWorker::Answer(call, Box::new(answer), own)).await;
    }
}

async fn read_messages(connection: std::sync::Weak<Connection>, mut reader: OwnedReadHalf) {
    loop {
        let message = read_frame(&mut reader).await;
        let Some(connection) = connection.upgrade() else { return };
        match message {
            Ok(Some(ToParent::Call { run, call, request, disk })) => {
                tokio::spawn(connection.answer(run, call, *request, disk));
            }
            Ok(Some(ToParent::Done { run, report, disk })) => {
                if let Some(run) = lock(&connection.runs).remove(&run) {
                    run.dir.work.quota().set_elsewhere(disk);
                    let _ = run.done.send(*report);
                }
            }
            // The worker is gone: dropping the runs tells those who wait for them.
            Ok(None) | Err(_) => {
                lock(&connection.runs).clear();
                return;
            }
        }
    }
}

fn lost(message: String) -> RunReport {
    RunReport { ending: Ending::Ended(Outcome::errored(message)), usage: Usage::default() }
}

#[async_trait]
impl StepRunner for WorkerRunner {
    async fn run(&self, request: RunRequest) -> RunReport {
        let connection = match self.connection().await {
            Ok(connection) => connection,
            Err(error) => return lost(format!("the worker process cannot be started: {error}")),
        };
        let number = connection.next_run.fetch_add(1, Ordering::Relaxed);
        let (done, mut report) = oneshot::channel();
        let run =
            Run { lease: request.lease.clone(), broker: request.broker, dir: Arc::clone(&request.dir), done };
        lock(&connection.runs).insert(number, run);
        let job = Job {
            digest: request.binary.digest,
            binary: request.binary.path,
            entry: request.entry,
            lease: request.lease,
            input: request.input,
            limits: request.limits,
            dir: request.dir.location().clone(),
            clock_start: request.clock_start,
            seed: request.seed,
        };
        if connection.outbox.send(ToWorker::Run(number, Box::new(job))).await.is_err() {
            return lost("the worker process has ended".to_owned());
        }
        let report = tokio::select! {
            report = &mut report => report,
            () = request.cancel.cancelled() => {
                let _ = connection.outbox.send(ToWorker::Cancel(number)).await;
                report.await
            }
        };
        report.unwrap_or_else(|_| lost("the worker process ended while it ran the step".to_owned()))
    }
}
