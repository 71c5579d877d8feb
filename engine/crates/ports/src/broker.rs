//! The broker: the only way out for a step. The sandbox knows nothing of the world but this trait.

use async_trait::async_trait;
use windlass_model::call::{Answer, Call};
use windlass_model::ids::Lease;

/// Answers the calls of steps.
#[async_trait]
pub trait Broker: Send + Sync {
    /// Answers one call of the incarnation that holds `lease`. Never panics, never waits longer than the attempt's
    /// own deadline.
    async fn call(&self, lease: &Lease, call: Call) -> Answer;
}

#[cfg(feature = "fake")]
pub use fake::FakeBroker;

#[cfg(feature = "fake")]
mod fake {
    use std::sync::{Mutex, PoisonError};

    use super::{Answer, Broker, Call, Lease, async_trait};

    type Script = Box<dyn Fn(&Call) -> Answer + Send + Sync>;

    /// A broker that answers from a script and remembers what it was asked.
    pub struct FakeBroker {
        script: Script,
        calls: Mutex<Vec<Call>>,
    }

    impl FakeBroker {
        /// A broker that answers each call as `script` says.
        pub fn new(script: impl Fn(&Call) -> Answer + Send + Sync + 'static) -> Self {
            Self { script: Box::new(script), calls: Mutex::new(Vec::new()) }
        }

        /// Every call so far.
        #[must_use]
        pub fn calls(&self) -> Vec<Call> {
            self.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
        }
    }

    #[async_trait]
    impl Broker for FakeBroker {
        async fn call(&self, _lease: &Lease, call: Call) -> Answer {
            let answer = (self.script)(&call);
            self.calls.lock().unwrap_or_else(PoisonError::into_inner).push(call);
            answer
        }
    }
}
