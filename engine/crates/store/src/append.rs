//! Adding events to a unit.

use sqlx::{Row as _, SqliteConnection};
use windlass_ports::journal::{Append, JournalError, UnitKey};

use crate::blobs::Blobs;
use crate::store::{blob_unavailable, unavailable};
use crate::writer::Written;

/// Adds the events, puts the commands into other inboxes and takes the own ones out.
pub(crate) async fn append(connection: &mut SqliteConnection, blobs: &Blobs, append: &Append) -> Written {
    let unit = &append.unit;
    check_lease(connection, append).await?;
    let version = current_version(connection, unit).await?;
    if version != append.expected.0 {
        return Err(JournalError::Conflict);
    }
    let mut seq = version;
    for event in &append.events {
        seq += 1;
        let place = blobs.keep(event.to_string()).map_err(|e| blob_unavailable(&e))?;
        let (body, blob) = place.columns();
        sqlx::query(
            "INSERT INTO events (tenant, project, kind, unit, seq, body, blob) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(unit.tenant.as_str())
        .bind(unit.project.as_str())
        .bind(unit.kind.as_str())
        .bind(&unit.id)
        .bind(seq)
        .bind(body)
        .bind(blob)
        .execute(&mut *connection)
        .await
        .map_err(|e| unavailable(&e))?;
    }
    sqlx::query(
        "INSERT INTO units (tenant, project, kind, id, version, summary) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (tenant, project, kind, id) DO UPDATE SET version = $5, summary = $6",
    )
    .bind(unit.tenant.as_str())
    .bind(unit.project.as_str())
    .bind(unit.kind.as_str())
    .bind(&unit.id)
    .bind(seq)
    .bind(append.summary.to_string())
    .execute(&mut *connection)
    .await
    .map_err(|e| unavailable(&e))?;
    for (to, command) in &append.commands {
        send(connection, to, &command.to_string()).await?;
    }
    if let Some(number) = append.consumed {
        consume(connection, unit, number).await?;
    }
    Ok(seq)
}

async fn check_lease(connection: &mut SqliteConnection, append: &Append) -> Result<(), JournalError> {
    let Some(fencing) = append.fencing else { return Ok(()) };
    let unit = &append.unit;
    let held = sqlx::query(
        "SELECT token FROM leases WHERE tenant = $1 AND project = $2 AND kind = $3 AND unit = $4",
    )
    .bind(unit.tenant.as_str())
    .bind(unit.project.as_str())
    .bind(unit.kind.as_str())
    .bind(&unit.id)
    .fetch_optional(connection)
    .await
    .map_err(|e| unavailable(&e))?
    .map(|row| row.get::<i64, _>(0));
    if held == Some(fencing.0) { Ok(()) } else { Err(JournalError::Superseded) }
}

async fn current_version(connection: &mut SqliteConnection, unit: &UnitKey) -> Result<i64, JournalError> {
    sqlx::query("SELECT version FROM units WHERE tenant = $1 AND project = $2 AND kind = $3 AND id = $4")
        .bind(unit.tenant.as_str())
        .bind(unit.project.as_str())
        .bind(unit.kind.as_str())
        .bind(&unit.id)
        .fetch_optional(connection)
        .await
        .map(|row| row.map_or(0, |row| row.get(0)))
        .map_err(|e| unavailable(&e))
}

async fn send(connection: &mut SqliteConnection, to: &UnitKey, command: &str) -> Result<(), JournalError> {
    let number = next(connection, to.tenant.as_str(), "inbox").await?;
    sqlx::query(
        "INSERT INTO inbox (tenant, project, kind, unit, number, body) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(to.tenant.as_str())
    .bind(to.project.as_str())
    .bind(to.kind.as_str())
    .bind(&to.id)
    .bind(number)
    .bind(command)
    .execute(connection)
    .await
    .map(|_| ())
    .map_err(|e| unavailable(&e))
}

async fn consume(connection: &mut SqliteConnection, unit: &UnitKey, number: i64) -> Result<(), JournalError> {
    sqlx::query(
        "DELETE FROM inbox WHERE tenant = $1 AND project = $2 AND kind = $3 AND unit = $4 AND number <= $5",
    )
    .bind(unit.tenant.as_str())
    .bind(unit.project.as_str())
    .bind(unit.kind.as_str())
    .bind(&unit.id)
    .bind(number)
    .execute(connection)
    .await
    .map(|_| ())
    .map_err(|e| unavailable(&e))
}

/// The next number of a counter; its row is locked until the transaction ends.
pub(crate) async fn next(
    connection: &mut SqliteConnection,
    tenant: &str,
    counter: &str,
) -> Result<i64, JournalError> {
    sqlx::query(
        "INSERT INTO counters (tenant, name, value) VALUES ($1, $2, 1) \
         ON CONFLICT (tenant, name) DO UPDATE SET value = counters.value + 1 RETURNING value",
    )
    .bind(tenant)
    .bind(counter)
    .fetch_one(connection)
    .await
    .map(|row| row.get(0))
    .map_err(|e| unavailable(&e))
}
