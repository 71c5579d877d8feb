//! Outside effects that nobody records: a trial has no journal, and runs once.

use async_trait::async_trait;
use windlass_model::call::{Answer, Call};
use windlass_model::digest::Digest;
use windlass_model::event::promotion::EffectId;
use windlass_model::ids::Lease;
use windlass_ports::effects::{Begun, EffectError, EffectRecord};

/// Lets every effect leave.
#[derive(Debug)]
pub(super) struct Unrecorded;

#[async_trait]
impl EffectRecord for Unrecorded {
    async fn begin(&self, _lease: &Lease, _call: &Call, _request: Digest) -> Result<Begun, EffectError> {
        Ok(Begun::Send(EffectId(uuid::Uuid::new_v4())))
    }

    async fn finish(&self, _lease: &Lease, _effect: EffectId, _answer: &Answer) -> Result<(), EffectError> {
        Ok(())
    }
}
