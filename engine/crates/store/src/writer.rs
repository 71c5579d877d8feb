//! The one task that writes. It groups what is waiting: one transaction, one sync, many answers.

use sqlx::{Connection as _, Executor as _, SqliteConnection};
use tokio::sync::{mpsc, oneshot};
use windlass_ports::journal::{Append, Durability, JournalError, Version};

use crate::blobs::Blobs;
use crate::leases::LeaseRequest;
use crate::records::Record;
use crate::store::unavailable;

/// Jobs that go into one transaction at most.
const MAX_GROUP: usize = 128;

/// What can be written.
pub(crate) enum Change {
    Append(Box<Append>),
    Lease(LeaseRequest),
    Record(Record),
}

/// The answer: a version, a fencing token or a resource version.
pub(crate) type Written = Result<i64, JournalError>;

/// One change and who waits for it.
pub(crate) struct Job {
    pub(crate) change: Change,
    pub(crate) done: oneshot::Sender<Written>,
}

pub(crate) struct Writer {
    connection: SqliteConnection,
    pub(crate) blobs: Blobs,
    /// Whether a commit is to be synced, as the connection is set now.
    synced: bool,
}

impl Writer {
    pub(crate) fn new(connection: SqliteConnection, blobs: Blobs) -> Self {
        Self { connection, blobs, synced: false }
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
    async fn transact(&mut self, changes: &[Change]) -> Result<Vec<Written>, sqlx::Error> {
        let synced = changes.iter().any(|change| match change {
            Change::Append(append) => append.durability == Durability::Synced,
            Change::Lease(_) => false,
            Change::Record(_) => true,
        });
        self.set_synced(synced).await?;
        let blobs = self.blobs.clone();
        let mut transaction = self.connection.begin_with("BEGIN IMMEDIATE").await?;
        let mut results = Vec::with_capacity(changes.len());
        for change in changes {
            let alone = changes.len() == 1;
            if !alone {
                transaction.execute("SAVEPOINT change").await?;
            }
            let result = match change {
                Change::Append(append) => crate::append::append(&mut transaction, &blobs, append).await,
                Change::Lease(request) => crate::leases::change(&mut transaction, request).await,
                Change::Record(record) => crate::records::write(&mut transaction, &blobs, record).await,
            };
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

impl crate::store::Store {
    /// Hands a change to the writer and waits until it is made.
    pub(crate) async fn change(&self, change: Change) -> Written {
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
