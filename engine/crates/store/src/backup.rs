//! Copies of a database, made while a process works in it.

use std::path::{Path, PathBuf};

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, Row as _, SqliteConnection};
use windlass_model::digest::Digest;

use crate::blobs::Blobs;
use crate::store::{OpenError, migrate};

/// The name of the database's file in a data directory.
pub(crate) const DATABASE: &str = "windlass.db";

/// The name of the directory of blobs in a data directory.
pub(crate) const BLOBS: &str = "blobs";

/// Copies the database of the data directory `dir`, as it is at one moment, into the new file `to`. Another process may be
/// at work in it, and is not held up.
///
/// # Errors
/// If there is no database, it cannot be read, or `to` cannot be written.
pub async fn copy_database(dir: &Path, to: &Path) -> Result<(), OpenError> {
    let path = dir.join(DATABASE);
    let mut connection = connect(&path).await?;
    let copied = sqlx::query("VACUUM INTO $1").bind(to.to_string_lossy()).execute(&mut connection).await;
    let _ = connection.close().await;
    copied.map(|_| ()).map_err(|e| unavailable(&path, &e))
}

/// Checks a database file, and says which blobs it names.
///
/// # Errors
/// If it cannot be read, or is damaged.
pub async fn named_blobs(database: &Path) -> Result<Vec<Digest>, OpenError> {
    let mut connection = connect(database).await?;
    let found = read_blobs(&mut connection).await;
    let _ = connection.close().await;
    let (verdict, names) = found.map_err(|e| unavailable(database, &e))?;
    let damaged = |message: String| OpenError::Unavailable { path: database.display().to_string(), message };
    if verdict != "ok" {
        return Err(damaged(format!("it is damaged: {verdict}")));
    }
    let digests = names.iter().map(|name| name.parse());
    digests.collect::<Result<_, _>>().map_err(|_| damaged("it names a blob by what is no digest".to_owned()))
}

/// Brings a database file to the form of this version.
///
/// # Errors
/// If it is of a newer version, or cannot be written.
pub async fn upgrade(database: &Path) -> Result<(), OpenError> {
    let mut connection = connect(database).await?;
    let migrated = migrate(&mut connection).await;
    let closed = connection.close().await;
    migrated.map_err(|e| e.at(database))?;
    closed.map_err(|e| unavailable(database, &e))
}

/// Where a blob lies in a data directory, relative to it.
#[must_use]
pub fn blob_path(digest: &Digest) -> PathBuf {
    Blobs::place(Path::new(BLOBS), digest)
}

async fn read_blobs(connection: &mut SqliteConnection) -> Result<(String, Vec<String>), sqlx::Error> {
    let verdict = sqlx::query("PRAGMA integrity_check(1)").fetch_one(&mut *connection).await?.get(0);
    Ok((verdict, named(connection).await?))
}

/// The digests of all blobs that rows name.
pub(crate) async fn named(connection: &mut SqliteConnection) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT blob FROM events WHERE blob IS NOT NULL UNION SELECT blob FROM attempt_logs WHERE blob IS NOT NULL",
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

async fn connect(path: &Path) -> Result<SqliteConnection, OpenError> {
    // A copy of a database in WAL mode makes the file beside it that says what is in the log.
    let options = SqliteConnectOptions::new().filename(path).disable_statement_logging();
    SqliteConnection::connect_with(&options).await.map_err(|e| unavailable(path, &e))
}

fn unavailable(path: &Path, error: &sqlx::Error) -> OpenError {
    OpenError::Unavailable { path: path.display().to_string(), message: error.to_string() }
}
