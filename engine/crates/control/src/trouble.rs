//! What keeps a part of the control plane from going on, for those who ask whether it is ready.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use windlass_model::time::Timestamp;

/// A part that is busy with one thing for longer than this is stuck: everything that is decided takes milliseconds.
const STUCK_AFTER: Duration = Duration::from_secs(30);

/// The trouble of one part, if it has any.
#[derive(Debug, Default)]
pub(crate) struct Trouble(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    trouble: Option<String>,
    /// Since when the part has been at what it does; none while it waits for something to do.
    busy_since: Option<Timestamp>,
}

impl Trouble {
    pub(crate) fn set(&self, what: &str) {
        self.with(|state| state.trouble = Some(what.to_owned()));
    }

    pub(crate) fn clear(&self) {
        self.with(|state| state.trouble = None);
    }

    /// The part does something, or waits.
    pub(crate) fn busy(&self, since: Option<Timestamp>) {
        self.with(|state| state.busy_since = since);
    }

    /// What is wrong at a time.
    pub(crate) fn get(&self, now: Timestamp) -> Option<String> {
        self.with(|state| {
            let busy = state.busy_since.map(|since| now.since(since)).filter(|busy| *busy > STUCK_AFTER);
            let stuck =
                busy.map(|busy| format!("its loop has been at one thing for {} seconds", busy.as_secs()));
            stuck.or_else(|| state.trouble.clone())
        })
    }

    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
