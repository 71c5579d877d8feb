//! Records outside effects: before they leave, so that a crash leaves no effect that nobody knows of, and after they are
//! answered, so that no incarnation does again what an earlier one did.

use std::sync::Arc;

use async_trait::async_trait;
use windlass_model::call::http::Body;
use windlass_model::call::{Answer, Call, CallError, ErrorKind};
use windlass_model::digest::Digest;
use windlass_ports::effects::{Begun, EffectError};

use super::{Layer, Next};
use crate::session::Session;

/// The journal layer.
pub(crate) struct Journal;

#[async_trait]
impl Layer for Journal {
    async fn call(&self, session: &Arc<Session>, call: Call, next: Next<'_>) -> Answer {
        if !call.is_outside_effect() {
            return next.call(session, call).await;
        }
        let recorded = session.secrets.recorded(&call);
        let request = digest(session, &recorded).await?;
        let (effects, lease) = (&session.spec.effects, &session.spec.lease);
        let effect = match effects.begin(lease, &recorded, request).await.map_err(refused)? {
            Begun::Recorded(answer) => return answer,
            Begun::Send(effect) => effect,
        };
        let answer = next.call(session, call).await;
        // Whether a request that was given up took place is not known; it stays in doubt, and is settled when the attempt
        // runs again.
        if !matches!(&answer, Err(error) if error.kind == ErrorKind::Cancelled) {
            effects.finish(lease, effect, &answer).await.map_err(refused)?;
        }
        answer
    }
}

pub(crate) fn refused(error: EffectError) -> CallError {
    match error {
        EffectError::Superseded => CallError::new(ErrorKind::Cancelled, "superseded", error.to_string()),
        EffectError::Journal(_) => CallError::internal(error.to_string()),
    }
}

/// The digest of all that a call sends: its arguments, in which secrets are tokens, and the file it names.
pub(crate) async fn digest(session: &Arc<Session>, call: &Call) -> Result<Digest, CallError> {
    let arguments = serde_json::to_vec(call).map_err(|e| CallError::internal(e.to_string()))?;
    let content = match call {
        Call::HttpSend(request) => match &request.body {
            Body::File(path) => {
                Some(crate::capability::files::digest(&session.spec.dir, path.clone()).await?)
            }
            Body::None | Body::Bytes(_) => None,
        },
        _ => None,
    };
    Ok(match content {
        Some(content) => Digest::of_parts(&[&arguments, content.as_bytes()]),
        None => Digest::of_parts(&[&arguments]),
    })
}
