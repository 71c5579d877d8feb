//! The one task that writes. It groups what is waiting: one transaction, one sync, many answers.

use std::sync::Arc;

use sqlx::{Connection as _, Executor as _, SqliteConnection};
use tokio::sync::{mpsc, oneshot};
use windlass_ports::journal::{Append, Durability, JournalError, Version};
use windlass_ports::records::DocumentChange;

use crate::blobs::Blobs;
use crate::changes::Changes;
use crate::leases::LeaseRequest;
use crate::records::LogRecord;
use crate::store::unavailable;
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

/// One change and who waits for it.
pub(crate) struct Job {
    pub(crate) change: Change,
    pub(crate) done: oneshot::Sender<Answers>,
}

pub(crate) struct Writer {
    connection: SqliteConnection,
    pub(crate) blobs: Blobs,
    changes: Arc<Changes>,
    /// Whether a commit is to be synced, as the connection is set now.
    synced: bool,
}

impl Writer {
    pub(crate) fn new(connection: SqliteConnection, blobs: Blobs, changes: Arc<Changes>) -> Self {
        Self { connection, blobs, changes, synced: false }
    }

    pub(crate) async fn run(mut self, mut waiting: mpsc::Receiver<Job>) {
        let mut group = Vec::new();
        while waiting.recv_many(&mut group, MAX_GROUP).await > 0 {
            self.write(std::mem::take(&mut group)).await;
        }
        let _ = self.connection.close().await;
    }

    async fn write(&mut self, group: Vec<Job>) {
        let mut senders = Vec::with_capacity(group.len());
        let mut changes = Vec::with_capacity(group.len());
        for job in group {
            senders.push(job.done);
            changes.push(job.change);
        }
        let results = match self.transact(&changes).await {
            Ok(results) => results,
            Err(error) => {
                let failed = unavailable(&error);
                changes.iter().map(|_| Err(failed.clone())).collect()
            }
        };
        for (sender, result) in senders.into_iter().zip(results) {
            // Whoever does not wait any more does not want to know.
            let _ = sender.send(result);
        }
    }

    /// Makes all changes in one transaction. A change that is refused leaves no trace and does not touch the others.
    async fn transact(&mut self, changes: &[Change]) -> Result<Vec<Answers>, sqlx::Error> {
        let synced = changes.iter().any(|change| match change {
            Change::Append(append) => append.durability == Durability::Synced,
            Change::Lease(_) | Change::Units(_) => false,
            Change::Log(_) | Change::Documents(_) => true,
        });
        self.set_synced(synced).await?;
        let blobs = self.blobs.clone();
        let mut transaction = self.connection.begin_with("BEGIN IMMEDIATE").await?;
        let mut results = Vec::with_capacity(changes.len());
        let mut all_made = Vec::new();
        for change in changes {
            let alone = changes.len() == 1;
            if !alone {
                transaction.execute("SAVEPOINT change").await?;
            }
            let mut made = Vec::new();
            let result = make(&mut transaction, &blobs, change, &mut made).await;
            if result.is_ok() {
                all_made.append(&mut made);
            }
            match (&result, alone) {
                (Ok(_), true) => {}
                (Ok(_), false) => {
                    transaction.execute("RELEASE change").await?;
                }
                (Err(_), true) => {
                    transaction.rollback().await?;
                    return Ok(vec![result]);
                }
                (Err(_), false) => {
                    transaction.execute("ROLLBACK TO change").await?;
                    transaction.execute("RELEASE change").await?;
                }
            }
            results.push(result);
        }
        transaction.commit().await?;
        self.changes.publish(all_made);
        Ok(results)
    }

    async fn set_synced(&mut self, synced: bool) -> Result<(), sqlx::Error> {
        if self.synced != synced {
            let pragma = if synced { "PRAGMA synchronous = FULL" } else { "PRAGMA synchronous = NORMAL" };
            self.connection.execute(pragma).await?;
            self.synced = synced;
        }
        Ok(())
    }
}

/// Makes one change; what became of documents is added to `made`.
async fn make(
    connection: &mut SqliteConnection,
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
        self.jobs.send(Job { change, done }).await.map_err(|_| closed())?;
        written.await.map_err(|_| closed())?
    }
}

/// The version that an append answers.
pub(crate) fn version(written: i64) -> Version {
    Version(written)
}
