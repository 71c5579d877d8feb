//! Opening the store.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use tokio::sync::mpsc;
use windlass_model::ids::TenantId;
use windlass_ports::journal::JournalError;

use crate::backup::BLOBS;
use crate::blobs::Blobs;
use crate::changes::Changes;
use crate::connect::{NotConnected, Place};
use crate::database::{Connection, Error};
use crate::readers::Readers;
use crate::writer::{Job, Writer};

/// Writes that may wait at one time.
const QUEUE: usize = 1_024;

/// Why a store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It was written by a newer version.
    #[error("the database was written by a newer version of windlass; use that version, or restore a backup")]
    Newer,
    /// Another process writes to it.
    #[error("the database {path} is in use by another windlass process; stop that, or name another database")]
    InUse {
        /// Where it is.
        path: String,
    },
    /// It cannot be read or made.
    #[error("the database {path}: {message}")]
    Unavailable {
        /// Where it is.
        path: String,
        /// Why.
        message: String,
    },
}

/// The record of everything.
#[derive(Clone)]
pub struct Store {
    pub(crate) readers: Readers,
    pub(crate) blobs: Blobs,
    pub(crate) changes: Arc<Changes>,
    pub(crate) jobs: mpsc::Sender<Job>,
}

impl Store {
    /// Opens the store in a directory, on SQLite, making it if needed.
    ///
    /// # Errors
    /// If it was written by a newer version, or cannot be read or made.
    pub async fn open(dir: &Path) -> Result<Arc<Self>, OpenError> {
        let place = Place::of_directory(dir);
        let unavailable = |e: std::io::Error| OpenError::Unavailable {
            path: dir.join(BLOBS).display().to_string(),
            message: e.to_string(),
        };
        let blobs = Blobs::open(&dir.join(BLOBS)).map_err(unavailable)?;
        Self::at(place, blobs).await
    }

    /// Opens the store in a database of PostgreSQL, `postgres://USER:PASSWORD@HOST/DATABASE`, making its tables if needed.
    ///
    /// # Errors
    /// If it was written by a newer version, another process writes to it, or it cannot be reached.
    pub async fn connect(address: &str) -> Result<Arc<Self>, OpenError> {
        Self::at(Place::of_address(address)?, Blobs::in_rows()).await
    }

    async fn at(place: Place, blobs: Blobs) -> Result<Arc<Self>, OpenError> {
        let mut connection = place.open().await?;
        let versions = last_versions(&mut connection).await;
        let versions = versions.map_err(|e| NotConnected::from(e).open_error(&place))?;
        let (readers, changes) = (place.readers(), Arc::new(Changes::new(versions)));
        let (jobs, waiting) = mpsc::channel(QUEUE);
        let path = place.name();
        let writer = Writer::new(place, connection, blobs.clone(), Arc::clone(&changes));
        writer.start(waiting).map_err(|e| OpenError::Unavailable { path, message: e.to_string() })?;
        Ok(Arc::new(Self { readers, blobs, changes, jobs }))
    }
}

/// The version of the last change of each tenant's resources.
pub(crate) async fn last_versions(connection: &mut Connection) -> Result<HashMap<TenantId, i64>, Error> {
    let select = "SELECT tenant, value FROM counters WHERE name = 'resource_version'";
    let rows = connection.all(select, &[]).await?;
    Ok(rows.iter().filter_map(|row| Some((TenantId::new(row.text(0)).ok()?, row.number(1)))).collect())
}

/// A failure of the database, for whoever waits for it.
pub(crate) fn unavailable(error: &Error) -> JournalError {
    JournalError::Unavailable(format!("the database cannot be used: {error}{}", hint(error)))
}

/// What to do about a failure.
pub(crate) fn hint(error: &Error) -> &'static str {
    let message = match error {
        Error::Driver(sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut) => {
            return "; see that PostgreSQL runs and can be reached";
        }
        Error::Driver(sqlx::Error::Database(refusal)) => refusal.message(),
        Error::Sqlite(rusqlite::Error::SqliteFailure(_, Some(message))) => message,
        _ => "",
    };
    let hints = [
        ("disk is full", "; free some space and try again"),
        ("readonly", "; make the data directory writable"),
        ("disk I/O error", "; see that the disk of the data directory works and has room"),
    ];
    hints.iter().find(|(part, _)| message.contains(part)).map_or("", |(_, hint)| hint)
}

/// A failure of the blobs' directory.
pub(crate) fn blob_unavailable(error: &std::io::Error) -> JournalError {
    JournalError::Unavailable(format!("the blobs of the database cannot be used: {error}"))
}
