//! The time: the operating system's, or for tests one that moves only while somebody waits for it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use windlass_model::time::Timestamp;
use windlass_ports::clock::Clock;

/// The operating system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the operating system")]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }

    /// Somebody may set the clock meanwhile, so it is looked at again and again.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that waits")]
    async fn sleep_until(&self, instant: Timestamp) {
        loop {
            let left = instant.since(self.now());
            if left.is_zero() {
                return;
            }
            tokio::time::sleep(left.min(LOOK)).await;
        }
    }
}

/// How long it may take to notice that the clock was set.
const LOOK: Duration = Duration::from_secs(5);

/// A clock that stands at a moment and jumps to the end of each wait, so that what is made at one moment is the same
/// in every run.
#[derive(Debug)]
pub(crate) struct StandingClock {
    micros: AtomicI64,
}

impl StandingClock {
    /// A clock that stands at `start`.
    pub(crate) fn new(start: Timestamp) -> Self {
        Self { micros: AtomicI64::new(start.as_micros()) }
    }
}

#[async_trait]
impl Clock for StandingClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.micros.load(Ordering::Relaxed))
    }

    #[expect(clippy::disallowed_methods, reason = "this is the one place that waits")]
    async fn sleep_until(&self, instant: Timestamp) {
        let wait: Duration = instant.since(self.now());
        tokio::time::sleep(wait).await;
        self.micros.fetch_max(instant.as_micros(), Ordering::Relaxed);
    }
}
