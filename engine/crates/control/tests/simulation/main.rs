//! Histories by chance on a clock that is set: people, repositories, a store that fails and processes that are killed.
//! However it goes, the rules hold, and in the end everything has come to its end. The same seed is the same history.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod chance;
mod history;
mod ready;
mod rules;
mod world;

use std::sync::Mutex;

use history::History;

/// Histories that go wrong before the rest is left out.
const MOST_TOLD: usize = 5;

/// How many histories: 300, or as `cargo xtask simulate` says, from which seed on.
#[expect(clippy::disallowed_methods, reason = "how much to simulate is said by whoever runs the tests")]
fn histories() -> std::ops::Range<u64> {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let first = number("WINDLASS_SIMULATE_FROM").unwrap_or(0);
    first..first + number("WINDLASS_SIMULATE").unwrap_or(300)
}

#[test]
fn every_history_keeps_the_rules() {
    let left = Mutex::new(histories());
    let broken = Mutex::new(Vec::new());
    let work = || {
        while broken.lock().unwrap().len() < MOST_TOLD {
            let Some(seed) = left.lock().unwrap().next() else { return };
            if let Err(what) = History::new(seed).run() {
                broken.lock().unwrap().push(format!("seed {seed}: {what}"));
            }
        }
    };
    std::thread::scope(|scope| {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        (0..threads).for_each(|_| drop(scope.spawn(work)));
    });
    let broken = broken.into_inner().unwrap();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
