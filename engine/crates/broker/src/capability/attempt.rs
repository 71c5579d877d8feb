//! What a step may ask about its own attempt.

use windlass_model::call::Reply;
use windlass_model::call::attempt::Mode;
use windlass_model::time::Timestamp;

use crate::session::Session;

/// The namespace of the keys of steps, itself the id of a name of ours.
const NAMESPACE: uuid::Uuid = uuid::uuid!("9b0f3a86-3f5d-5a3e-8c6e-52a7c1c3c9d1");

pub(crate) fn mode() -> Reply {
    Reply::Mode(Mode::Live)
}

pub(crate) fn remaining(session: &Session, now: Timestamp) -> Reply {
    let left = session.deadline.since(now).as_millis();
    Reply::RemainingMs(u64::try_from(left).unwrap_or(u64::MAX))
}

/// The same in every incarnation of an attempt, another in every other case.
pub(crate) fn idempotency_key(session: &Session, purpose: &str) -> Reply {
    let lease = &session.spec.lease;
    let identity = format!("{}\n{}\n{}\n{purpose}", lease.promotion, lease.step, lease.attempt);
    Reply::IdempotencyKey(uuid::Uuid::new_v5(&NAMESPACE, identity.as_bytes()).to_string())
}
