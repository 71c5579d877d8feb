//! Tokens that are still good, by what they were asked for with. Whoever asks for the same at the same time waits for the
//! one answer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use windlass_model::digest::Digest;
use windlass_model::manifest::secret::SecretValue;
use windlass_model::time::Timestamp;

/// A token is not used any more so long before it ends: what begins with it must not outlive it.
const MARGIN: Duration = Duration::from_mins(5);

/// Tokens that are kept; beyond that all are asked for anew.
const MOST: usize = 1_000;

/// A token, and until when it is good.
#[derive(Clone)]
pub(crate) struct Dated {
    pub(crate) token: SecretValue,
    pub(crate) until: Timestamp,
}

type Slot = Arc<tokio::sync::Mutex<Option<Dated>>>;

/// The tokens.
#[derive(Default)]
pub(crate) struct Cache(Mutex<HashMap<Digest, Slot>>);

impl Cache {
    /// The token for a key, asked for with `ask` unless there is a good one.
    pub(crate) async fn get(
        &self,
        parts: &[&str],
        now: Timestamp,
        ask: impl Future<Output = Result<Dated, String>>,
    ) -> Result<SecretValue, String> {
        let slot = self.slot(parts);
        let mut slot = slot.lock().await;
        if let Some(known) = slot.as_ref().filter(|known| known.until > now.plus(MARGIN)) {
            return Ok(known.token.clone());
        }
        let dated = ask.await?;
        let token = dated.token.clone();
        *slot = Some(dated);
        Ok(token)
    }

    fn slot(&self, parts: &[&str]) -> Slot {
        let mut key = String::new();
        for part in parts {
            key.push_str(&part.len().to_string());
            key.push(':');
            key.push_str(part);
        }
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= MOST {
            slots.clear();
        }
        Arc::clone(slots.entry(Digest::of(key.as_bytes())).or_default())
    }
}
