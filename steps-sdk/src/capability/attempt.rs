//! The attempt itself.

pub use crate::bindings::windlass::step::attempt::Mode;
use crate::context::Context;
use crate::host::Host as _;

impl Context {
    /// What kind of run this is. For messages: what a step does must not depend on it.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.host.mode()
    }

    /// How much is left of the time the attempt may take, in milliseconds.
    #[must_use]
    pub fn remaining_ms(&self) -> u64 {
        self.host.remaining_ms()
    }

    /// Whether the attempt should stop.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.host.cancelled()
    }

    /// A key that is the same after a crash and new in the next attempt. `purpose` keeps several of one attempt apart.
    #[must_use]
    pub fn idempotency_key(&self, purpose: &str) -> String {
        self.host.idempotency_key(purpose)
    }
}
