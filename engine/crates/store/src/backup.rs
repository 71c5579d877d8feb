//! Copies of a database, made while a process works in it.

use std::path::{Path, PathBuf};

use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;
use windlass_model::digest::Digest;

use crate::blobs::Blobs;
use crate::connect::migrate_file;
use crate::database::{Connection, Error, values};
use crate::sqlite;
use crate::store::OpenError;

/// The name of the database's file in a data directory and in a backup of it.
pub const DATABASE: &str = "windlass.db";

/// The name of the directory of blobs in a data directory.
pub(crate) const BLOBS: &str = "blobs";

/// Copies the database of the data directory `dir`, as it is at one moment, into the new file `to`. Another process may be
/// at work in it, and is not held up.
///
/// # Errors
/// If there is no database, it cannot be read, or `to` cannot be written.
pub async fn copy_database(dir: &Path, to: &Path) -> Result<(), OpenError> {
    let path = dir.join(DATABASE);
    let mut connection = connect(&path)?;
    let to = to.to_string_lossy();
    let copied = connection.execute("VACUUM INTO $1", values![to.as_ref()]).await;
    let _ = connection.close().await;
    copied.map_err(|e| unavailable(&path, &e))
}

/// Checks a database file, and says which blobs it names.
///
/// # Errors
/// If it cannot be read, or is damaged.
pub async fn named_blobs(database: &Path) -> Result<Vec<Digest>, OpenError> {
    let mut connection = connect(database)?;
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
    migrate_file(database, &SqliteConnectOptions::new().filename(database).disable_statement_logging()).await
}

/// Where a blob lies in a data directory, relative to it.
#[must_use]
pub fn blob_path(digest: &Digest) -> PathBuf {
    Blobs::place(Path::new(BLOBS), digest)
}

/// Which blob lies there; none if that is no blob's place.
#[must_use]
pub fn blob_digest(path: &Path) -> Option<Digest> {
    Blobs::named(path).filter(|digest| blob_path(digest) == path)
}

async fn read_blobs(connection: &mut Connection) -> Result<(String, Vec<String>), Error> {
    let verdict = connection.one("PRAGMA integrity_check(1)", &[]).await?.text(0);
    Ok((verdict, named(connection).await?))
}

/// The digests of all blobs that rows name.
pub(crate) async fn named(connection: &mut Connection) -> Result<Vec<String>, Error> {
    let select = "SELECT blob FROM events WHERE blob IS NOT NULL UNION SELECT blob FROM attempt_logs WHERE blob IS NOT NULL";
    Ok(connection.all(select, &[]).await?.iter().map(|row| row.text(0)).collect())
}

fn connect(path: &Path) -> Result<Connection, OpenError> {
    sqlite::open(path).map(Connection::Sqlite).map_err(|e| unavailable(path, &e.into()))
}

fn unavailable(path: &Path, error: &Error) -> OpenError {
    OpenError::Unavailable { path: path.display().to_string(), message: error.to_string() }
}
