//! How often one registry is asked: so many requests a second, and five seconds' worth at once after a rest.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use windlass_model::time::Timestamp;

/// Registries whose pace is remembered; beyond that all begin anew.
const MAX_KNOWN: usize = 1_000;

/// A burst is what five seconds allow: looking into a repository takes some dozens of small requests, minutes apart.
const BURST: Duration = Duration::from_secs(5);

/// The pace of requests to each registry.
#[derive(Debug)]
pub(crate) struct Pace {
    /// From one request to the next.
    interval: Duration,
    /// When each registry's requests so far would be done, one after the other.
    done_at: Mutex<HashMap<String, Timestamp>>,
}

impl Pace {
    /// So many requests a second to each registry.
    pub(crate) fn new(per_second: NonZeroU32) -> Self {
        Self { interval: Duration::from_secs(1) / per_second.get(), done_at: Mutex::default() }
    }

    /// Takes the next turn at a registry: how long to wait for it.
    pub(crate) fn turn(&self, origin: &str, now: Timestamp) -> Duration {
        let mut all = self.done_at.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MAX_KNOWN && !all.contains_key(origin) {
            all.clear();
        }
        let done_at = all.entry(origin.to_owned()).or_insert(now);
        *done_at = (*done_at).max(now).plus(self.interval);
        done_at.since(now).saturating_sub(BURST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_followed_by_a_steady_pace() {
        let pace = Pace::new(NonZeroU32::new(20).unwrap());
        let now: Timestamp = "2026-03-01T00:00:00Z".parse().unwrap();
        let turns = |at: Timestamp, count: usize| -> Vec<u128> {
            (0..count).map(|_| pace.turn("https://a.example", at).as_millis()).collect()
        };
        assert_eq!(turns(now, 100), [0; 100]);
        assert_eq!(turns(now, 3), [50, 100, 150]);
        assert_eq!(pace.turn("https://b.example", now), Duration::ZERO);
        assert_eq!(turns(now.plus(Duration::from_millis(150)), 2), [50, 100]);
        assert_eq!(turns(now.plus(Duration::from_secs(10)), 101)[98..], [0, 0, 50]);
    }
}
