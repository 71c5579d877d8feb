//! Adding events to a unit.

use sqlx::{QueryBuilder, Row as _, SqliteConnection};
use windlass_ports::journal::{Append, JournalError, UnitKey};
use windlass_ports::records::Change as RecordedChange;

use crate::blobs::Blobs;
use crate::store::{blob_unavailable, unavailable};
use crate::writer::Written;

/// Rows of one statement: databases limit how many values it may have.
const MOST_ROWS: usize = 100;

/// Adds the events, puts the commands into other inboxes and takes the own ones out.
pub(crate) async fn append(
    connection: &mut SqliteConnection,
    blobs: &Blobs,
    append: &Append,
    made: &mut Vec<RecordedChange>,
) -> Written {
    let unit = &append.unit;
    check(connection, append).await?;
    let seq = append.expected.0 + insert_events(connection, blobs, append).await?;
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
    for change in &append.documents {
        crate::documents::change(connection, change, made).await?;
    }
    Ok(seq)
}

/// The unit must be as it was when the append was decided, and still held by whoever decided it.
async fn check(connection: &mut SqliteConnection, append: &Append) -> Result<(), JournalError> {
    let unit = &append.unit;
    let row = sqlx::query(
        "SELECT (SELECT version FROM units WHERE tenant = $1 AND project = $2 AND kind = $3 AND id = $4), \
         (SELECT token FROM leases WHERE tenant = $1 AND project = $2 AND kind = $3 AND unit = $4)",
    )
    .bind(unit.tenant.as_str())
    .bind(unit.project.as_str())
    .bind(unit.kind.as_str())
    .bind(&unit.id)
    .fetch_one(connection)
    .await
    .map_err(|e| unavailable(&e))?;
    let (version, holder): (Option<i64>, Option<i64>) = (row.get(0), row.get(1));
    if append.fencing.is_some_and(|fencing| holder != Some(fencing.0)) {
        return Err(JournalError::Superseded);
    }
    if version.unwrap_or(0) == append.expected.0 { Ok(()) } else { Err(JournalError::Conflict) }
}

/// Adds the events in one statement for every hundred; how many there were.
async fn insert_events(
    connection: &mut SqliteConnection,
    blobs: &Blobs,
    append: &Append,
) -> Result<i64, JournalError> {
    let unit = &append.unit;
    let mut seq = append.expected.0;
    for events in append.events.chunks(MOST_ROWS) {
        let mut rows = Vec::with_capacity(events.len());
        for event in events {
            seq += 1;
            rows.push((seq, blobs.keep(event.to_string()).map_err(|e| blob_unavailable(&e))?));
        }
        let mut insert =
            QueryBuilder::new("INSERT INTO events (tenant, project, kind, unit, seq, body, blob) ");
        insert.push_values(rows, |mut row, (seq, place)| {
            let (body, blob) = place.columns();
            row.push_bind(unit.tenant.as_str())
                .push_bind(unit.project.as_str())
                .push_bind(unit.kind.as_str())
                .push_bind(&unit.id)
                .push_bind(seq)
                .push_bind(body)
                .push_bind(blob);
        });
        insert.build().execute(&mut *connection).await.map_err(|e| unavailable(&e))?;
    }
    Ok(seq - append.expected.0)
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
