//! The log: what a step says while it runs. Nothing here ever fails.

use crate::bindings::windlass::step::log::Level;
use crate::context::Context;
use crate::host::Host as _;

impl Context {
    /// A line for whoever writes the step.
    pub fn debug(&self, message: impl AsRef<str>) {
        self.host.log(Level::Debug, message.as_ref());
    }

    /// A line for whoever watches.
    pub fn info(&self, message: impl AsRef<str>) {
        self.host.log(Level::Info, message.as_ref());
    }

    /// Something is odd.
    pub fn warn(&self, message: impl AsRef<str>) {
        self.host.log(Level::Warn, message.as_ref());
    }

    /// How far the work has come, of how much in all if that is known.
    pub fn progress(&self, done: u64, total: Option<u64>, message: impl AsRef<str>) {
        self.host.progress(done, total, message.as_ref());
    }
}
