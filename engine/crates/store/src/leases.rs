//! Leases: who works on a unit. A token grows with each change of hands, and writes under an older one are refused.

use windlass_model::time::Timestamp;
use windlass_ports::journal::{JournalError, UnitKey};

use crate::append::key;
use crate::database::{Connection, Value, values};
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

pub(crate) async fn change(connection: &mut Connection, request: &LeaseRequest) -> Written {
    match request {
        LeaseRequest::Acquire { unit, owner, now, until } => {
            acquire(connection, unit, owner, *now, *until).await
        }
        LeaseRequest::Release { unit, token } => {
            let update = "UPDATE leases SET until_micros = 0 \
                          WHERE tenant = $1 AND project = $2 AND kind = $3 AND unit = $4 AND token = $5";
            let [tenant, project, kind, unit] = key(unit);
            let values = values![tenant, project, kind, unit, *token];
            connection.execute(update, values).await.map_err(|e| unavailable(&e))?;
            Ok(*token)
        }
        LeaseRequest::VoidAll => {
            let update = "UPDATE leases SET until_micros = 0";
            connection.execute(update, &[]).await.map_err(|e| unavailable(&e))?;
            Ok(0)
        }
    }
}

async fn acquire(
    connection: &mut Connection,
    unit: &UnitKey,
    owner: &str,
    now: Timestamp,
    until: Timestamp,
) -> Written {
    let select = "SELECT owner, token, until_micros FROM leases \
                  WHERE tenant = $1 AND project = $2 AND kind = $3 AND unit = $4";
    let held = connection.optional(select, &key(unit).map(Value::Text)).await.map_err(|e| unavailable(&e))?;
    let mut token = 1;
    if let Some(row) = held {
        let (holder, last) = (row.text(0), row.number(1));
        let until = Timestamp::from_micros(row.number(2));
        if holder != owner && until > now {
            return Err(JournalError::Held { holder, until });
        }
        token = last + 1;
    }
    let upsert = "INSERT INTO leases (tenant, project, kind, unit, owner, token, until_micros) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (tenant, project, kind, unit) \
                  DO UPDATE SET owner = $5, token = $6, until_micros = $7";
    let [tenant, project, kind, unit] = key(unit);
    let values = values![tenant, project, kind, unit, owner, token, until.as_micros()];
    connection.execute(upsert, values).await.map_err(|e| unavailable(&e))?;
    Ok(token)
}
