//! Leases: who works on a unit. A token grows with each change of hands, and writes under an older one are refused.

use sqlx::{Row as _, SqliteConnection};
use windlass_model::time::Timestamp;
use windlass_ports::journal::{JournalError, UnitKey};

use crate::store::unavailable;
use crate::writer::Written;

/// What is asked of a lease.
pub(crate) enum LeaseRequest {
    Acquire {
        unit: UnitKey,
        owner: String,
        now: Timestamp,
        until: Timestamp,
    },
    Release {
        unit: UnitKey,
        token: i64,
    },
    /// Every lease is void: their holders are known to be dead.
    VoidAll,
}

pub(crate) async fn change(connection: &mut SqliteConnection, request: &LeaseRequest) -> Written {
    match request {
        LeaseRequest::Acquire { unit, owner, now, until } => {
            acquire(connection, unit, owner, *now, *until).await
        }
        LeaseRequest::Release { unit, token } => sqlx::query(
            "UPDATE leases SET until_micros = 0 WHERE tenant = $1 AND project = $2 AND kind = $3 AND unit = $4 \
             AND token = $5",
        )
        .bind(unit.tenant.as_str())
        .bind(unit.project.as_str())
        .bind(unit.kind.as_str())
        .bind(&unit.id)
        .bind(token)
        .execute(connection)
        .await
        .map(|_| *token)
        .map_err(|e| unavailable(&e)),
        LeaseRequest::VoidAll => sqlx::query("UPDATE leases SET until_micros = 0")
            .execute(connection)
            .await
            .map(|_| 0)
            .map_err(|e| unavailable(&e)),
    }
}

async fn acquire(
    connection: &mut SqliteConnection,
    unit: &UnitKey,
    owner: &str,
    now: Timestamp,
    until: Timestamp,
) -> Written {
    let held = sqlx::query(
        "SELECT owner, token, until_micros FROM leases WHERE tenant = $1 AND project = $2 AND kind = $3 AND unit = $4",
    )
    .bind(unit.tenant.as_str())
    .bind(unit.project.as_str())
    .bind(unit.kind.as_str())
    .bind(&unit.id)
    .fetch_optional(&mut *connection)
    .await
    .map_err(|e| unavailable(&e))?;
    let mut token = 1;
    if let Some(row) = held {
        let (holder, last, until): (String, i64, i64) = (row.get(0), row.get(1), row.get(2));
        let until = Timestamp::from_micros(until);
        if holder != owner && until > now {
            return Err(JournalError::Held { holder, until });
        }
        token = last + 1;
    }
    sqlx::query(
        "INSERT INTO leases (tenant, project, kind, unit, owner, token, until_micros) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) \
         ON CONFLICT (tenant, project, kind, unit) DO UPDATE SET owner = $5, token = $6, until_micros = $7",
    )
    .bind(unit.tenant.as_str())
    .bind(unit.project.as_str())
    .bind(unit.kind.as_str())
    .bind(&unit.id)
    .bind(owner)
    .bind(token)
    .bind(until.as_micros())
    .execute(connection)
    .await
    .map(|_| token)
    .map_err(|e| unavailable(&e))
}
