//! Keeping the journal from growing without end: what the events of a unit came to, in their place, and units that are
//! forgotten.

use sqlx::{AssertSqlSafe, SqliteConnection};
use windlass_ports::journal::UnitKey;

use crate::blobs::Blobs;
use crate::store::{blob_unavailable, unavailable};
use crate::writer::Written;

/// What is asked about units as a whole.
pub(crate) enum UnitChange {
    /// Puts one event in the place of the first `upto`.
    Compact { unit: UnitKey, upto: i64, snapshot: String },
    /// Takes a unit away with all that belongs to it.
    Forget(UnitKey),
}

/// The tables with rows of a unit, and what its id is called in each.
const TABLES: [(&str, &str); 4] =
    [("events", "unit"), ("inbox", "unit"), ("leases", "unit"), ("units", "id")];

pub(crate) async fn change(connection: &mut SqliteConnection, blobs: &Blobs, change: &UnitChange) -> Written {
    match change {
        UnitChange::Compact { unit, upto, snapshot } => {
            compact(connection, blobs, unit, *upto, snapshot).await
        }
        UnitChange::Forget(unit) => {
            for (table, id) in TABLES {
                let delete = format!(
                    "DELETE FROM {table} WHERE tenant = $1 AND project = $2 AND kind = $3 AND {id} = $4"
                );
                sqlx::query(AssertSqlSafe(delete))
                    .bind(unit.tenant.as_str())
                    .bind(unit.project.as_str())
                    .bind(unit.kind.as_str())
                    .bind(&unit.id)
                    .execute(&mut *connection)
                    .await
                    .map_err(|e| unavailable(&e))?;
            }
            Ok(0)
        }
    }
}

async fn compact(
    connection: &mut SqliteConnection,
    blobs: &Blobs,
    unit: &UnitKey,
    upto: i64,
    snapshot: &str,
) -> Written {
    let (body, blob) = blobs.keep(snapshot.to_owned()).map_err(|e| blob_unavailable(&e))?.columns();
    sqlx::query(
        "UPDATE events SET body = $6, blob = $7 \
         WHERE tenant = $1 AND project = $2 AND kind = $3 AND unit = $4 AND seq = $5",
    )
    .bind(unit.tenant.as_str())
    .bind(unit.project.as_str())
    .bind(unit.kind.as_str())
    .bind(&unit.id)
    .bind(upto)
    .bind(body)
    .bind(blob)
    .execute(&mut *connection)
    .await
    .map_err(|e| unavailable(&e))?;
    sqlx::query(
        "DELETE FROM events WHERE tenant = $1 AND project = $2 AND kind = $3 AND unit = $4 AND seq < $5",
    )
    .bind(unit.tenant.as_str())
    .bind(unit.project.as_str())
    .bind(unit.kind.as_str())
    .bind(&unit.id)
    .bind(upto)
    .execute(connection)
    .await
    .map(|_| upto)
    .map_err(|e| unavailable(&e))
}
