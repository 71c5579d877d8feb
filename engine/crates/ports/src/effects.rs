//! The record of outside effects: written before they leave and after they are answered.

use async_trait::async_trait;
use windlass_model::call::{Answer, Call, Reply};
use windlass_model::digest::Digest;
use windlass_model::event::promotion::EffectId;
use windlass_model::ids::Lease;

use crate::records::DocumentChange;

/// What to do with an effect that is about to leave.
#[derive(Debug, Clone, PartialEq)]
pub enum Begun {
    /// It is recorded durably as started: send it.
    Send(EffectId),
    /// An earlier incarnation sent it and was answered: this is the answer.
    Recorded(Answer),
}

/// Why an effect may not leave.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EffectError {
    /// The promotion has changed hands: whoever asks is a zombie.
    #[error("this run of the step has been superseded")]
    Superseded,
    /// The record cannot be written.
    #[error("the journal cannot be written: {0}")]
    Journal(String),
}

/// Records effects.
#[async_trait]
pub trait EffectRecord: Send + Sync {
    /// Records durably that `call` is about to leave. `request` is the digest of all that it sends. Calls of the same
    /// digest are told apart by their order within one incarnation.
    async fn begin(&self, lease: &Lease, call: &Call, request: Digest) -> Result<Begun, EffectError>;

    /// Changes records of Windlass' own and tells of it in one transaction: it is never in doubt, and whoever changes it
    /// again in the same try is given the answer. The answer is `done`, or why the change is refused.
    async fn change(
        &self,
        lease: &Lease,
        call: &Call,
        request: Digest,
        changes: Vec<DocumentChange>,
        done: Reply,
    ) -> Result<Answer, EffectError>;

    /// Records the answer.
    async fn finish(&self, lease: &Lease, effect: EffectId, answer: &Answer) -> Result<(), EffectError>;
}

/// What became of an effect that started and was not seen to finish.
#[derive(Debug, Clone, PartialEq)]
pub enum Settlement {
    /// It took place; this is what its answer would have been.
    Done(Answer),
    /// It did not take place, or sending it again does no harm.
    Unsent,
    /// Nobody can know. The text says what was sent.
    InDoubt(String),
}
