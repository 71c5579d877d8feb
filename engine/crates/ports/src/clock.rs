//! Time. Nothing but the implementation of this trait may ask the operating system for it.

use std::time::Duration;

use async_trait::async_trait;
use windlass_model::time::Timestamp;

/// Tells the time and waits for it.
#[async_trait]
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> Timestamp;

    /// Returns when it is `instant` or later.
    async fn sleep_until(&self, instant: Timestamp);

    /// Returns after `duration`.
    async fn sleep(&self, duration: Duration) {
        self.sleep_until(self.now().plus(duration)).await;
    }
}

#[cfg(feature = "fake")]
pub use fake::FakeClock;

#[cfg(feature = "fake")]
mod fake {
    use super::{Clock, Timestamp, async_trait};

    /// A clock that stands still until it is set.
    #[derive(Debug)]
    pub struct FakeClock {
        now: tokio::sync::watch::Sender<Timestamp>,
    }

    impl FakeClock {
        /// A clock that shows `start`.
        #[must_use]
        pub fn new(start: Timestamp) -> Self {
            Self { now: tokio::sync::watch::Sender::new(start) }
        }

        /// Sets the clock and wakes everyone who waited for that.
        pub fn set(&self, now: Timestamp) {
            self.now.send_replace(now);
        }
    }

    #[async_trait]
    impl Clock for FakeClock {
        fn now(&self) -> Timestamp {
            *self.now.borrow()
        }

        async fn sleep_until(&self, instant: Timestamp) {
            let mut now = self.now.subscribe();
            // The sender lives as long as `self`, so this only ends when the time has come.
            let _ = now.wait_for(|now| *now >= instant).await;
        }
    }
}
