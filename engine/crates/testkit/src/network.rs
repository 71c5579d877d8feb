//! A network scope without limits: for tests, and for what the host does on its own account.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use windlass_model::call::CallError;
use windlass_model::ids::TenantId;
use windlass_model::time::Timestamp;
use windlass_ports::git::{NetworkMeter, NetworkScope};

#[derive(Debug)]
struct Unmetered;

impl NetworkMeter for Unmetered {
    fn take(&self, _bytes: u64) -> Result<(), CallError> {
        Ok(())
    }
}

/// A scope of the tenant `default` that may reach any address, counts nothing and never ends by itself.
#[must_use]
pub fn open_scope() -> NetworkScope {
    NetworkScope {
        tenant: TenantId::default(),
        public_only: false,
        granted: Vec::new(),
        meter: Arc::new(Unmetered),
        cancel: CancellationToken::new(),
        deadline: Timestamp::from_micros(i64::MAX),
    }
}
