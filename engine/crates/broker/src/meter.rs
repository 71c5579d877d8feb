//! Counts the bytes that an attempt sends and receives.

use std::sync::atomic::{AtomicU64, Ordering};

use windlass_model::call::CallError;
use windlass_ports::git::NetworkMeter;

/// The network budget of an attempt, in bytes.
#[derive(Debug)]
pub(crate) struct Meter {
    used: AtomicU64,
    most: u64,
}

impl Meter {
    pub(crate) fn new(most: u64) -> Self {
        Self { used: AtomicU64::new(0), most }
    }

    pub(crate) fn used(&self) -> u64 {
        self.used.load(Ordering::Relaxed)
    }
}

impl NetworkMeter for Meter {
    fn take(&self, bytes: u64) -> Result<(), CallError> {
        let before = self.used.fetch_add(bytes, Ordering::Relaxed);
        if before.saturating_add(bytes) > self.most {
            return Err(CallError::limit(
                "egressBytes",
                format!(
                    "the step has used up its network budget of {} bytes; raise the limit egressBytes",
                    self.most
                ),
            ));
        }
        Ok(())
    }
}
