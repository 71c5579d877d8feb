//! Connecting to either database: for the one who writes, again and again, and for those who read.

use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions as _, Connection as _};
use windlass_ports::journal::JournalError;

use crate::backup::DATABASE;
use crate::database::{Connection, Error};
use crate::readers::Readers;
use crate::sqlite;
use crate::store::{OpenError, hint, unavailable};

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// Connections that read.
const READERS: u32 = 4;

/// What each of them caches of a file, as SQLite writes half a mebibyte; the operating system caches the file as well.
const READER_CACHE: &str = "-512";

/// How addresses of PostgreSQL begin.
const SCHEMES: [&str; 2] = ["postgres://", "postgresql://"];

/// A process that writes to a PostgreSQL database holds this lock of it: nobody else writes meanwhile.
const WRITER_LOCK: &str = "SELECT pg_advisory_lock(7310861347119260531)";

/// How long it is waited for: the server may not have noticed yet that a process before this one has died.
const LOCK_TIME: &str = "SET lock_timeout = '10s'";

/// What PostgreSQL answers when that is over.
const LOCK_NOT_AVAILABLE: &str = "55P03";

/// Where the database is.
#[derive(Debug, Clone)]
pub(crate) enum Place {
    File { path: PathBuf, options: Box<SqliteConnectOptions> },
    Server { name: String, options: Box<PgConnectOptions> },
}

/// Why there is no connection that may write.
#[derive(Debug)]
pub(crate) enum NotConnected {
    /// Another process writes to the database.
    InUse,
    Failed(Error),
}

impl From<Error> for NotConnected {
    fn from(error: Error) -> Self {
        let Error::Driver(sqlx::Error::Database(refusal)) = &error else { return Self::Failed(error) };
        if refusal.code().is_some_and(|code| code == LOCK_NOT_AVAILABLE) {
            Self::InUse
        } else {
            Self::Failed(error)
        }
    }
}

impl From<sqlx::Error> for NotConnected {
    fn from(error: sqlx::Error) -> Self {
        Error::from(error).into()
    }
}

impl NotConnected {
    /// The same for whoever waits for a write.
    pub(crate) fn unavailable(&self, place: &Place) -> JournalError {
        match self {
            Self::InUse => JournalError::Unavailable(OpenError::InUse { path: place.name() }.to_string()),
            Self::Failed(error) => unavailable(error),
        }
    }

    /// The same for whoever opens a store.
    pub(crate) fn open_error(self, place: &Place) -> OpenError {
        self.at(place.name())
    }

    fn at(self, path: String) -> OpenError {
        match self {
            Self::InUse => OpenError::InUse { path },
            Self::Failed(error) => {
                OpenError::Unavailable { path, message: format!("{error}{}", hint(&error)) }
            }
        }
    }
}

impl Place {
    /// The file of a data directory.
    pub(crate) fn of_directory(dir: &Path) -> Self {
        let path = dir.join(DATABASE);
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(Duration::from_secs(5))
            .foreign_keys(true)
            .disable_statement_logging();
        Self::File { path, options: Box::new(options) }
    }

    /// The database that an address of PostgreSQL names.
    pub(crate) fn of_address(address: &str) -> Result<Self, OpenError> {
        let wrong = |message: String| OpenError::Unavailable { path: "PostgreSQL".to_owned(), message };
        if !SCHEMES.iter().any(|scheme| address.starts_with(scheme)) {
            return Err(wrong("the address has to begin with postgres://".to_owned()));
        }
        let options = PgConnectOptions::from_str(address);
        let options = options.map_err(|error| wrong(format!("the address cannot be read: {error}")))?;
        let options = options.application_name("windlass").disable_statement_logging();
        // Without user and password.
        let name = format!(
            "postgres://{}:{}/{}",
            options.get_host(),
            options.get_port(),
            options.get_database().unwrap_or_default()
        );
        Ok(Self::Server { name, options: Box::new(options) })
    }

    /// How messages name it.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::File { path, .. } => path.display().to_string(),
            Self::Server { name, .. } => name.clone(),
        }
    }

    /// A connection that may write.
    pub(crate) async fn writer(&self) -> Result<Connection, NotConnected> {
        match self {
            Self::File { path, .. } => Ok(Connection::Sqlite(sqlite::open(path).map_err(Error::from)?)),
            Self::Server { options, .. } => {
                let mut connection = PgConnection::connect_with(options).await?;
                for statement in [LOCK_TIME, WRITER_LOCK, "RESET lock_timeout"] {
                    sqlx::query(statement).execute(&mut connection).await?;
                }
                Ok(Connection::Postgres(Box::new(connection)))
            }
        }
    }

    /// Makes the database if it is not there, brings it to the form of this version, and connects to write.
    pub(crate) async fn open(&self) -> Result<Connection, OpenError> {
        if let Self::File { path, options } = self {
            migrate_file(path, options).await?;
        }
        let mut connection = self.writer().await.map_err(|e| e.open_error(self))?;
        if let Connection::Postgres(to) = &mut connection {
            MIGRATIONS.run(to.as_mut()).await.map_err(|e| not_migrated(e, self.name()))?;
        }
        Ok(connection)
    }

    /// Connections that read, made when they are needed.
    pub(crate) fn readers(&self) -> Readers {
        match self {
            Self::File { options, .. } => {
                let options = options.as_ref().clone().read_only(true).pragma("cache_size", READER_CACHE);
                let pool = SqlitePoolOptions::new().max_connections(READERS);
                Readers::Sqlite(pool.connect_lazy_with(options))
            }
            Self::Server { options, .. } => {
                let pool = PgPoolOptions::new().max_connections(READERS);
                Readers::Postgres(pool.connect_lazy_with(options.as_ref().clone()))
            }
        }
    }
}

/// Brings a file to the form of this version.
pub(crate) async fn migrate_file(path: &Path, options: &SqliteConnectOptions) -> Result<(), OpenError> {
    let name = || path.display().to_string();
    let failed = |error: sqlx::Error| NotConnected::from(error).at(name());
    let mut connection = SqliteConnection::connect_with(options).await.map_err(failed)?;
    let migrated = MIGRATIONS.run(&mut connection).await;
    let closed = connection.close().await;
    migrated.map_err(|error| not_migrated(error, name()))?;
    closed.map_err(failed)
}

fn not_migrated(error: MigrateError, path: String) -> OpenError {
    match error {
        MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => OpenError::Newer,
        other => OpenError::Unavailable { path, message: other.to_string() },
    }
}
