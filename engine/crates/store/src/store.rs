//! Opening the store.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions as _, Connection as _, Row as _, SqliteConnection};
use tokio::sync::mpsc;
use windlass_model::ids::TenantId;
use windlass_ports::journal::JournalError;

use crate::backup::{BLOBS, DATABASE};
use crate::blobs::Blobs;
use crate::changes::Changes;
use crate::writer::{Job, Writer};

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// Writes that may wait at one time.
const QUEUE: usize = 1_024;

/// Connections that read.
const READERS: u32 = 4;

/// What each of them caches, as SQLite writes half a mebibyte; the operating system caches the file as well.
const READER_CACHE: &str = "-512";

/// Why a store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It was written by a newer version.
    #[error("the database was written by a newer version of windlass; use that version, or restore a backup")]
    Newer,
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
    pub(crate) readers: SqlitePool,
    pub(crate) blobs: Blobs,
    pub(crate) changes: Arc<Changes>,
    pub(crate) jobs: mpsc::Sender<Job>,
}

impl Store {
    /// Opens the store in a directory, making it if needed.
    ///
    /// # Errors
    /// If it was written by a newer version, or cannot be read or made.
    pub async fn open(dir: &Path) -> Result<Arc<Self>, OpenError> {
        let path = dir.join(DATABASE);
        let unavailable =
            |message: String| OpenError::Unavailable { path: path.display().to_string(), message };
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(Duration::from_secs(5))
            .foreign_keys(true)
            .disable_statement_logging();
        let mut connection =
            SqliteConnection::connect_with(&options).await.map_err(|e| unavailable(e.to_string()))?;
        migrate(&mut connection).await.map_err(|e| e.at(&path))?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .connect_lazy_with(options.clone().read_only(true).pragma("cache_size", READER_CACHE));
        let blobs = Blobs::open(&dir.join(BLOBS)).map_err(|e| unavailable(e.to_string()))?;
        let versions = last_versions(&mut connection).await.map_err(|e| unavailable(e.to_string()))?;
        let changes = Arc::new(Changes::new(versions));
        let (jobs, waiting) = mpsc::channel(QUEUE);
        tokio::spawn(Writer::new(options, connection, blobs.clone(), Arc::clone(&changes)).run(waiting));
        Ok(Arc::new(Self { readers, blobs, changes, jobs }))
    }
}

/// Why a database cannot be brought to the form of this version.
pub(crate) struct NotMigrated(MigrateError);

impl NotMigrated {
    /// The same of the database at `path`.
    pub(crate) fn at(self, path: &Path) -> OpenError {
        match self.0 {
            MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => OpenError::Newer,
            other => OpenError::Unavailable { path: path.display().to_string(), message: other.to_string() },
        }
    }
}

/// Brings a database to the form of this version.
pub(crate) async fn migrate(connection: &mut SqliteConnection) -> Result<(), NotMigrated> {
    MIGRATIONS.run(connection).await.map_err(NotMigrated)
}

/// The version of the last change of each tenant's resources.
async fn last_versions(connection: &mut SqliteConnection) -> Result<HashMap<TenantId, i64>, sqlx::Error> {
    let rows = sqlx::query("SELECT tenant, value FROM counters WHERE name = 'resource_version'")
        .fetch_all(connection)
        .await?;
    let known = |row: sqlx::sqlite::SqliteRow| {
        Some((TenantId::new(row.get::<String, _>(0)).ok()?, row.get::<i64, _>(1)))
    };
    Ok(rows.into_iter().filter_map(known).collect())
}

/// A failure of the database, for whoever waits for it.
pub(crate) fn unavailable(error: &sqlx::Error) -> JournalError {
    let hint = match error {
        sqlx::Error::Database(e) if e.message().contains("disk is full") => "; free some space and try again",
        sqlx::Error::Database(e) if e.message().contains("readonly") => "; make the data directory writable",
        sqlx::Error::Database(e) if e.message().contains("disk I/O error") => {
            "; see that the disk of the data directory works and has room"
        }
        _ => "",
    };
    JournalError::Unavailable(format!("the database cannot be used: {error}{hint}"))
}

/// A failure of the blobs' directory.
pub(crate) fn blob_unavailable(error: &std::io::Error) -> JournalError {
    JournalError::Unavailable(format!("the blobs of the database cannot be used: {error}"))
}
