//! A way out with a clock and a budget that tests set.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio_util::sync::CancellationToken;
use windlass_egress::{Egress, EgressConfig};
use windlass_model::call::CallError;
use windlass_model::ids::TenantId;
use windlass_model::time::Timestamp;
use windlass_ports::clock::{Clock, FakeClock};
use windlass_ports::git::{NetworkMeter, NetworkScope};

#[derive(Debug)]
struct Meter {
    left: AtomicU64,
}

impl NetworkMeter for Meter {
    fn take(&self, bytes: u64) -> Result<(), CallError> {
        self.left
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |left| left.checked_sub(bytes))
            .map(|_| ())
            .map_err(|_| CallError::limit("egress.bytes", "used up"))
    }
}

/// A way out for one attempt.
pub(crate) struct Fixture {
    pub(crate) egress: Egress,
    pub(crate) clock: Arc<FakeClock>,
    pub(crate) scope: NetworkScope,
}

/// One at time 0 with a minute to live, and so many bytes to spend.
pub(crate) fn fixture(config: EgressConfig, public_only: bool, budget: u64) -> Fixture {
    let clock = Arc::new(FakeClock::new(Timestamp::from_micros(0)));
    let scope = NetworkScope {
        tenant: TenantId::default(),
        public_only,
        granted: Vec::new(),
        meter: Arc::new(Meter { left: AtomicU64::new(budget) }),
        cancel: CancellationToken::new(),
        deadline: Timestamp::from_micros(60_000_000),
    };
    let egress = Egress::new(config, Arc::clone(&clock) as Arc<dyn Clock>);
    Fixture { egress, clock, scope }
}
