//! Outside effects that nobody records: a trial has no journal, and runs once.

use async_trait::async_trait;
use serde_json::Value;
use windlass_model::call::{Answer, Call, Reply};
use windlass_model::digest::Digest;
use windlass_model::event::promotion::EffectId;
use windlass_model::ids::Lease;
use windlass_ports::effects::{Begun, EffectError, EffectRecord};
use windlass_ports::records::DocumentChange;
use windlass_ports::sessions::{Seal, Tokens};

/// Lets every effect leave.
#[derive(Debug)]
pub(super) struct Unrecorded;

#[async_trait]
impl EffectRecord for Unrecorded {
    async fn begin(&self, _lease: &Lease, _call: &Call, _request: Digest) -> Result<Begun, EffectError> {
        Ok(Begun::Send(EffectId(uuid::Uuid::new_v4())))
    }

    async fn change(
        &self,
        _lease: &Lease,
        _call: &Call,
        _request: Digest,
        _changes: Vec<DocumentChange>,
        done: Reply,
    ) -> Result<Answer, EffectError> {
        Ok(Ok(done))
    }

    async fn finish(&self, _lease: &Lease, _effect: EffectId, _answer: &Answer) -> Result<(), EffectError> {
        Ok(())
    }
}

/// Nothing is stored, so nothing is sealed.
#[derive(Debug)]
pub(super) struct Unsealed;

impl Seal for Unsealed {
    fn seal(&self, value: &Value, _secrets: &Tokens) -> Value {
        value.clone()
    }

    fn open(&self, value: &Value) -> Value {
        value.clone()
    }

    fn show(&self, value: &Value) -> Value {
        value.clone()
    }
}
