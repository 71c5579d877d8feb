//! Events: the facts of the journal. They are only ever added to; a stored one never changes its meaning.

pub mod promotion;
pub mod stage;
pub mod warehouse;

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// The version that new events are stored with. Older ones are lifted when they are read.
pub const EVENT_VERSION: u32 = 1;

/// One fact with its time and the version of its form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recorded<E> {
    /// The version of the form, [`EVENT_VERSION`] when written.
    pub v: u32,
    /// When it became a fact.
    pub at: Timestamp,
    /// The fact.
    pub event: E,
}

impl<E> Recorded<E> {
    /// A fact of now.
    #[must_use]
    pub fn new(at: Timestamp, event: E) -> Self {
        Self { v: EVENT_VERSION, at, event }
    }
}
