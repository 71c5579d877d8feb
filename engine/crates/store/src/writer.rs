//! The one task that writes. It groups what is waiting: one transaction, one sync, many answers.

use std::collections::HashSet;
use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use windlass_ports::journal::{Append, Durability, JournalError, Version};
use windlass_ports::records::DocumentChange;

use crate::blobs::Blobs;
use crate::changes::Changes;
use crate::connect::{NotConnected, Place};
use crate::database::{Connection, Error};
use crate::leases::LeaseRequest;
use crate::records::LogRecord;
use crate::store::{blob_unavailable, last_versions};
use crate::units::UnitChange;

/// Jobs that go into one transaction at most.
const MAX_GROUP: usize = 128;

/// What can be written.
pub(crate) enum Change {
    Append(Box<Append>),
    Lease(LeaseRequest),
    Log(LogRecord),
    Documents(Vec<DocumentChange>),
    Units(UnitChange),
}

/// The answer: a version, a fencing token or a resource version.
pub(crate) type Written = Result<i64, JournalError>;

/// The answers to a change of several documents.
pub(crate) type Answers = Result<Vec<i64>, JournalError>;

/// Something to do, and who waits for it.
pub(crate) enum Job {
    /// A change, made together with others.
    Change { change: Change, done: oneshot::Sender<Answers> },
    /// Removing the blobs that nothing names.
    Sweep { done: oneshot::Sender<Result<u64, JournalError>> },
}

pub(crate) struct Writer {
    place: Place,
    /// None after a failure: the database may have ended the transaction by itself, or not, so the connection is made anew.
    open: Option<Open>,
    pub(crate) blobs: Blobs,
    changes: Arc<Changes>,
}

/// A connection that writes.
struct Open {
    connection: Connection,
    /// Whether a commit is to be synced, as the connection is set now.
    synced: Option<bool>,
}

impl Open {
    fn new(connection: Connection) -> Self {
        Self { connection, synced: None }
    }

    async fn set_synced(&mut self, synced: bool) -> Result<(), Error> {
        if self.synced != Some(synced) {
            self.connection.set_synced(synced).await?;
            self.synced = Some(synced);
        }
        Ok(())
    }
}

impl Writer {
    pub(crate) fn new(place: Place, connection: Connection, blobs: Blobs, changes: Arc<Changes>) -> Self {
        Self { place, open: Some(Open::new(connection)), blobs, changes }
    }

    /// The connection, made anew after a failure. It is put back after good use.
    async fn take(&mut self) -> Result<Open, NotConnected> {
        if let Some(open) = self.open.take() {
            return Ok(open);
        }
        let mut connection = self.place.writer().await?;
        // The transaction that failed may have been committed all the same, without anybody having been told of it.
        self.changes.catch_up(last_versions(&mut connection).await?);
        Ok(Open::new(connection))
    }

    /// Starts it. SQLite answers at once or when the disk has: on a thread of its own, since nobody is to wait with it.
    /// PostgreSQL is waited for as other servers are.
    ///
    /// # Errors
    /// If the system has no thread left.
    pub(crate) fn start(self, waiting: mpsc::Receiver<Job>) -> std::io::Result<()> {
        let runtime = Handle::current();
        match &self.place {
            Place::File { .. } => {
                let thread = std::thread::Builder::new().name("windlass-writer".to_owned());
                thread.spawn(move || runtime.block_on(self.run(waiting)))?;
            }
            Place::Server { .. } => {
                runtime.spawn(self.run(waiting));
            }
        }
        Ok(())
    }

    async fn run(mut self, mut waiting: mpsc::Receiver<Job>) {
        let mut group = Vec::new();
        while waiting.recv_many(&mut group, MAX_GROUP).await > 0 {
            self.write(std::mem::take(&mut group)).await;
        }
        if let Some(open) = self.open {
            let _ = open.connection.close().await;
        }
    }

    async fn write(&mut self, group: Vec<Job>) {
        let mut senders = Vec::with_capacity(group.len());
        let mut changes = Vec::with_capacity(group.len());
        let mut sweeps = Vec::new();
        for job in group {
            match job {
                Job::Change { change, done } => {
                    senders.push(done);
                    changes.push(change);
                }
                Job::Sweep { done } => sweeps.push(done),
            }
        }
        if !changes.is_empty() {
            self.write_changes(&changes, senders).await;
        }
        // After the changes: none of them may bring back what names a blob.
        for done in sweeps {
            let _ = done.send(self.sweep().await);
        }
    }

    async fn write_changes(&mut self, changes: &[Change], senders: Vec<oneshot::Sender<Answers>>) {
        let results = match self.transact(changes).await {
            Ok(results) => results,
            Err(error) => {
                let failed = error.unavailable(&self.place);
                changes.iter().map(|_| Err(failed.clone())).collect()
            }
        };
        for (sender, result) in senders.into_iter().zip(results) {
            // Whoever does not wait any more does not want to know.
            let _ = sender.send(result);
        }
    }

    /// Makes all changes in one transaction. A change that is refused leaves no trace and does not touch the others.
    async fn transact(&mut self, changes: &[Change]) -> Result<Vec<Answers>, NotConnected> {
        let synced = changes.iter().any(|change| match change {
            Change::Append(append) => append.durability == Durability::Synced,
            Change::Lease(_) | Change::Units(_) => false,
            Change::Log(_) | Change::Documents(_) => true,
        });
        let mut open = self.take().await?;
        open.set_synced(synced).await?;
        let blobs = self.blobs.clone();
        let connection = &mut open.connection;
        connection.begin().await?;
        let mut results = Vec::with_capacity(changes.len());
        let mut all_made = Vec::new();
        for change in changes {
            let alone = changes.len() == 1;
            if !alone {
                connection.execute_all("SAVEPOINT change").await?;
            }
            let mut made = Vec::new();
            let result = make(connection, &blobs, change, &mut made).await;
            if result.is_ok() {
                all_made.append(&mut made);
            }
            match (&result, alone) {
                (Ok(_), true) => {}
                (Ok(_), false) => {
                    connection.execute_all("RELEASE SAVEPOINT change").await?;
                }
                (Err(_), true) => {
                    if connection.execute_all("ROLLBACK").await.is_ok() {
                        self.open = Some(open);
                    }
                    return Ok(vec![result]);
                }
                (Err(error), false) => {
                    let undone = connection
                        .execute_all("ROLLBACK TO SAVEPOINT change; RELEASE SAVEPOINT change")
                        .await;
                    match (undone, error) {
                        (Ok(_), _) => {}
                        // The database has ended the whole transaction because of this error.
                        (Err(_), JournalError::Unavailable(_)) => {
                            return Ok(changes.iter().map(|_| Err(error.clone())).collect());
                        }
                        // A refusal is of its own change alone.
                        (Err(undone), _) => return Err(undone.into()),
                    }
                }
            }
            results.push(result);
        }
        connection.execute_all("COMMIT").await?;
        self.open = Some(open);
        self.changes.publish(all_made);
        Ok(results)
    }

    /// Removes the blobs that nothing names, once it is on disk that nothing does. Nobody else writes meanwhile.
    async fn sweep(&mut self) -> Result<u64, JournalError> {
        let named = self.named_blobs().await.map_err(|e| e.unavailable(&self.place))?;
        let blobs = self.blobs.clone();
        let swept = tokio::task::spawn_blocking(move || blobs.keep_only(&named)).await;
        swept.map_err(std::io::Error::other).flatten().map_err(|e| blob_unavailable(&e))
    }

    async fn named_blobs(&mut self) -> Result<HashSet<String>, NotConnected> {
        let mut open = self.take().await?;
        open.set_synced(true).await?;
        let connection = &mut open.connection;
        connection.begin().await?;
        // A commit that changes something syncs all that came before it.
        let count = "INSERT INTO counters (tenant, name, value) VALUES ('', 'sweeps', 1) \
                     ON CONFLICT (tenant, name) DO UPDATE SET value = counters.value + 1";
        connection.execute(count, &[]).await?;
        let named = crate::backup::named(connection).await?;
        connection.execute_all("COMMIT").await?;
        self.open = Some(open);
        Ok(named.into_iter().collect())
    }
}

/// Makes one change; what became of documents is added to `made`.
async fn make(
    connection: &mut Connection,
    blobs: &Blobs,
    change: &Change,
    made: &mut Vec<windlass_ports::records::Change>,
) -> Answers {
    let one = |answer: i64| vec![answer];
    match change {
        Change::Append(append) => crate::append::append(connection, blobs, append, made).await.map(one),
        Change::Lease(request) => crate::leases::change(connection, request).await.map(one),
        Change::Log(record) => crate::records::write(connection, blobs, record).await.map(one),
        Change::Units(change) => crate::units::change(connection, blobs, change).await.map(one),
        Change::Documents(changes) => {
            let mut versions = Vec::with_capacity(changes.len());
            for change in changes {
                versions.push(crate::documents::change(connection, change, made).await?);
            }
            Ok(versions)
        }
    }
}

impl crate::store::Store {
    /// Hands a change to the writer and waits until it is made.
    pub(crate) async fn change(&self, change: Change) -> Written {
        self.change_all(change).await.map(|answers| answers.first().copied().unwrap_or_default())
    }

    /// The same for a change of several documents.
    pub(crate) async fn change_all(&self, change: Change) -> Answers {
        let (done, written) = oneshot::channel();
        let closed = || JournalError::Unavailable("the database has been closed".to_owned());
        self.jobs.send(Job::Change { change, done }).await.map_err(|_| closed())?;
        written.await.map_err(|_| closed())?
    }
}

/// The version that an append answers.
pub(crate) fn version(written: i64) -> Version {
    Version(written)
}
