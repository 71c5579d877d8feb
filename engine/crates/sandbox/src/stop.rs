//! Why a guest was stopped from outside. Travels through wasmtime as an error and is told apart from traps.

use std::time::Duration;

/// Why a guest was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Stop {
    /// The attempt's token fired.
    #[error("the attempt was cancelled")]
    Cancelled,
    /// The guest computed too long.
    #[error("the step used up its processor time of {0:?}; give it less to do, or raise the limit cpuMs")]
    Cpu(Duration),
    /// The attempt took too long.
    #[error(
        "the step did not return within {0:?}; let it return `running` while it waits, or raise the limit wallMs"
    )]
    Wall(Duration),
}
