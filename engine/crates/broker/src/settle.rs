//! Finding out what became of an effect that left before a crash and was not seen to be answered. Only what is known is
//! said: what nobody can know is a person's to decide.

use std::sync::Arc;

use serde_json::Value;
use windlass_model::call::git::{RefUpdated, UpdateRef};
use windlass_model::call::objects::Patch;
use windlass_model::call::{Call, Reply};
use windlass_model::time::Timestamp;
use windlass_ports::effects::Settlement;

use crate::capability::Capabilities;
use crate::capability::objects::fill_in;
use crate::session::Session;

impl Capabilities {
    /// What became of `call`, which started at `started_at`.
    pub(crate) async fn settle(
        &self,
        session: &Arc<Session>,
        call: &Call,
        started_at: Timestamp,
    ) -> Settlement {
        match call {
            Call::GitUpdateRef(update) => self.settle_ref(session, update).await,
            Call::ObjectsPatch(patch) => self.settle_patch(session, patch).await,
            Call::HttpSend(request)
                if request.is_idempotent() || request.options.idempotency_key.is_some() =>
            {
                Settlement::Unsent
            }
            Call::HttpSend(_) => {
                Settlement::InDoubt(format!("{}, sent at {started_at}", call.shown_effect()))
            }
            // No other call is an outside effect.
            _ => Settlement::Unsent,
        }
    }

    /// The ref tells. Where it cannot be read, sending again does no harm: the change is a compare-and-swap.
    async fn settle_ref(&self, session: &Arc<Session>, update: &UpdateRef) -> Settlement {
        let credential = self.git_credential(session, &update.url).await;
        let Ok(credential) = credential else { return Settlement::Unsent };
        let scope = self.git_scope(session);
        let now = self.ports.git.read_ref(&scope, credential.as_ref(), &update.url, &update.reference).await;
        match now {
            Ok(Some(now)) if now == update.new => {
                Settlement::Done(Ok(Reply::RefUpdated(RefUpdated { commit: now })))
            }
            _ => Settlement::Unsent,
        }
    }

    /// A merge patch that would change nothing has been applied.
    async fn settle_patch(&self, session: &Arc<Session>, patch: &Patch) -> Settlement {
        let Some(objects) = &self.ports.objects else { return Settlement::Unsent };
        let Ok(object) = objects.get(&patch.key).await else { return Settlement::Unsent };
        let mut sent = patch.patch.clone();
        fill_in(session, &mut sent);
        let mut patched = object.clone();
        merge(&mut patched, &sent);
        if patched != object {
            return Settlement::Unsent;
        }
        Settlement::Done(Ok(Reply::Object(session.secrets.tokenize_json(object))))
    }
}

/// RFC 7396.
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    let Value::Object(target) = target else { return };
    for (key, value) in patch {
        if value.is_null() {
            target.remove(key);
        } else {
            merge(target.entry(key.as_str()).or_insert(Value::Null), value);
        }
    }
}
