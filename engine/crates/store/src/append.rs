//! Adding events to a unit.

use std::fmt::Write as _;

use sqlx::AssertSqlSafe;
use windlass_ports::journal::{Append, JournalError, UnitKey};
use windlass_ports::records::Change as RecordedChange;

use crate::blobs::Blobs;
use crate::database::{Connection, Value, values};
use crate::store::{blob_unavailable, unavailable};
use crate::writer::Written;

/// Rows of one statement: databases limit how many values it may have.
const MOST_ROWS: usize = 100;

/// Adds the events, puts the commands into other inboxes and takes the own ones out.
pub(crate) async fn append(
    connection: &mut Connection,
    blobs: &Blobs,
    append: &Append,
    made: &mut Vec<RecordedChange>,
) -> Written {
    let unit = &append.unit;
    check(connection, append).await?;
    let seq = append.expected.0 + insert_events(connection, blobs, append).await?;
    let upsert = "INSERT INTO units (tenant, project, kind, id, version, summary) VALUES ($1, $2, $3, $4, $5, $6) \
                  ON CONFLICT (tenant, project, kind, id) DO UPDATE SET version = $5, summary = $6";
    let [tenant, project, kind, id] = key(unit);
    let summary = append.summary.to_string();
    let values = values![tenant, project, kind, id, seq, &summary];
    connection.execute(upsert, values).await.map_err(|e| unavailable(&e))?;
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

/// The four columns that name a unit.
pub(crate) fn key(unit: &UnitKey) -> [&str; 4] {
    [unit.tenant.as_str(), unit.project.as_str(), unit.kind.as_str(), &unit.id]
}

/// The unit must be as it was when the append was decided, and still held by whoever decided it.
async fn check(connection: &mut Connection, append: &Append) -> Result<(), JournalError> {
    let unit = &append.unit;
    let select = "SELECT (SELECT version FROM units WHERE tenant = $1 AND project = $2 AND kind = $3 AND id = $4), \
                  (SELECT token FROM leases WHERE tenant = $1 AND project = $2 AND kind = $3 AND unit = $4)";
    let row = connection.one(select, &key(unit).map(Value::Text)).await.map_err(|e| unavailable(&e))?;
    let (version, holder) = (row.optional_number(0), row.optional_number(1));
    if append.fencing.is_some_and(|fencing| holder != Some(fencing.0)) {
        return Err(JournalError::Superseded);
    }
    if version.unwrap_or(0) == append.expected.0 { Ok(()) } else { Err(JournalError::Conflict) }
}

/// Adds the events in one statement for every hundred; how many there were.
async fn insert_events(
    connection: &mut Connection,
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
            String::from("INSERT INTO events (tenant, project, kind, unit, seq, body, blob) VALUES ");
        let mut values: Vec<Value<'_>> = key(unit).map(Value::Text).to_vec();
        for (seq, place) in &rows {
            let (comma, first) = (if values.len() > 4 { ", " } else { "" }, values.len() + 1);
            let _ = write!(insert, "{comma}($1, $2, $3, $4, ${first}, ${}, ${})", first + 1, first + 2);
            let (body, blob) = place.columns();
            values.extend([Value::from(*seq), Value::from(body), Value::from(blob)]);
        }
        let insert = AssertSqlSafe(insert);
        connection.execute(insert, &values).await.map_err(|e| unavailable(&e))?;
    }
    Ok(seq - append.expected.0)
}

async fn send(connection: &mut Connection, to: &UnitKey, command: &str) -> Result<(), JournalError> {
    let number = next(connection, to.tenant.as_str(), "inbox").await?;
    let insert =
        "INSERT INTO inbox (tenant, project, kind, unit, number, body) VALUES ($1, $2, $3, $4, $5, $6)";
    let [tenant, project, kind, unit] = key(to);
    let values = values![tenant, project, kind, unit, number, command];
    connection.execute(insert, values).await.map_err(|e| unavailable(&e))
}

async fn consume(connection: &mut Connection, unit: &UnitKey, number: i64) -> Result<(), JournalError> {
    let delete =
        "DELETE FROM inbox WHERE tenant = $1 AND project = $2 AND kind = $3 AND unit = $4 AND number <= $5";
    let [tenant, project, kind, unit] = key(unit);
    let values = values![tenant, project, kind, unit, number];
    connection.execute(delete, values).await.map_err(|e| unavailable(&e))
}

/// The next number of a counter; its row is locked until the transaction ends.
pub(crate) async fn next(
    connection: &mut Connection,
    tenant: &str,
    counter: &str,
) -> Result<i64, JournalError> {
    let draw = "INSERT INTO counters (tenant, name, value) VALUES ($1, $2, 1) \
                ON CONFLICT (tenant, name) DO UPDATE SET value = counters.value + 1 RETURNING value";
    let row = connection.one(draw, values![tenant, counter]).await.map_err(|e| unavailable(&e))?;
    Ok(row.number(0))
}
