//! Keeping the journal from growing without end: what the events of a unit came to, in their place, and units that are
//! forgotten.

use sqlx::AssertSqlSafe;
use windlass_ports::journal::UnitKey;

use crate::append::key;
use crate::blobs::Blobs;
use crate::database::{Connection, Value, values};
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

pub(crate) async fn change(connection: &mut Connection, blobs: &Blobs, change: &UnitChange) -> Written {
    match change {
        UnitChange::Compact { unit, upto, snapshot } => {
            compact(connection, blobs, unit, *upto, snapshot).await
        }
        UnitChange::Forget(unit) => {
            for (table, id) in TABLES {
                let delete = format!(
                    "DELETE FROM {table} WHERE tenant = $1 AND project = $2 AND kind = $3 AND {id} = $4"
                );
                let values = key(unit).map(Value::Text);
                connection.execute(AssertSqlSafe(delete), &values).await.map_err(|e| unavailable(&e))?;
            }
            Ok(0)
        }
    }
}

async fn compact(
    connection: &mut Connection,
    blobs: &Blobs,
    unit: &UnitKey,
    upto: i64,
    snapshot: &str,
) -> Written {
    let place = blobs.keep(snapshot.to_owned()).map_err(|e| blob_unavailable(&e))?;
    let (body, blob) = place.columns();
    let [tenant, project, kind, unit] = key(unit);
    let update = "UPDATE events SET body = $6, blob = $7 \
                  WHERE tenant = $1 AND project = $2 AND kind = $3 AND unit = $4 AND seq = $5";
    let values = values![tenant, project, kind, unit, upto, body, blob];
    connection.execute(update, values).await.map_err(|e| unavailable(&e))?;
    let delete =
        "DELETE FROM events WHERE tenant = $1 AND project = $2 AND kind = $3 AND unit = $4 AND seq < $5";
    let values = values![tenant, project, kind, unit, upto];
    connection.execute(delete, values).await.map_err(|e| unavailable(&e))?;
    Ok(upto)
}
