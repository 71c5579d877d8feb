//! `decide(state, command, now)`: which facts follow from a command. One file per command; none looks at anything but its
//! arguments.

pub mod begin_effect;
pub mod create;
pub mod evaluated;
pub mod finish;
pub mod finish_attempt;
pub mod finish_effect;
pub mod request_abort;
pub mod settle_effect;
pub mod start;
pub mod start_incarnation;

/// Why a command cannot be carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The promotion is over, or not so far.
    #[error("the promotion is {0}")]
    Phase(String),
    /// The step is not where the command expects it.
    #[error("step {step} is not {expected}")]
    Step {
        /// The step, from 1.
        step: usize,
        /// What it should be.
        expected: &'static str,
    },
    /// Another run of the step has taken over.
    #[error("this run of the step has been superseded")]
    Superseded,
    /// An effect is in doubt that has not been settled.
    #[error("an earlier request is in doubt and has not been settled")]
    InDoubt,
}

/// What a decision comes to.
pub type Decision<E = windlass_model::event::promotion::PromotionEvent> = Result<Vec<E>, Refused>;
