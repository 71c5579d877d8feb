//! Chance and time as a simulation has them: the same for the same seed.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use windlass_control::ports::Ids;
use windlass_model::time::Timestamp;
use windlass_ports::clock::Clock;

/// Numbers by chance (xorshift64*).
pub(crate) struct Chance(Mutex<u64>);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        // Seeds that follow each other must not begin alike, and none may be 0.
        Self(Mutex::new(seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1))
    }

    fn next(&self) -> u64 {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *state ^= *state >> 12;
        *state ^= *state << 25;
        *state ^= *state >> 27;
        state.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// Below `end`.
    pub(crate) fn below(&self, end: usize) -> usize {
        usize::try_from((self.next() >> 33) % u64::try_from(end.max(1)).unwrap()).unwrap()
    }

    /// True so many times out of a hundred.
    pub(crate) fn percent(&self, often: usize) -> bool {
        self.below(100) < often
    }

    pub(crate) fn pick<'a, T>(&self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.below(of.len()))
    }
}

impl Ids for Chance {
    fn uuid(&self) -> uuid::Uuid {
        uuid::Uuid::from_u64_pair(self.next(), self.next())
    }
}

/// A clock that knows what is waited for.
pub(crate) struct SimulatedClock {
    now: tokio::sync::watch::Sender<Timestamp>,
    waiting: Mutex<(u64, BTreeMap<u64, Timestamp>)>,
}

/// One who waits, until it is dropped.
struct Waiting<'a>(&'a SimulatedClock, u64);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner).1.remove(&self.1);
    }
}

impl SimulatedClock {
    pub(crate) fn new(start: Timestamp) -> Self {
        Self { now: tokio::sync::watch::Sender::new(start), waiting: Mutex::default() }
    }

    pub(crate) fn set(&self, now: Timestamp) {
        self.now.send_replace(now);
    }

    /// The next time that somebody waits for.
    pub(crate) fn next(&self) -> Option<Timestamp> {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.1.values().min().copied()
    }
}

#[async_trait]
impl Clock for SimulatedClock {
    fn now(&self) -> Timestamp {
        *self.now.borrow()
    }

    async fn sleep_until(&self, instant: Timestamp) {
        let number = {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            waiting.0 += 1;
            let number = waiting.0;
            waiting.1.insert(number, instant);
            number
        };
        let _waiting = Waiting(self, number);
        let mut now = self.now.subscribe();
        let _ = now.wait_for(|now| *now >= instant).await;
    }
}
