//! Signing commits with an OpenPGP key, as `git commit -S` does with the program `gpg`. The key stays in the host.

mod armor;
mod choose;
mod key;
mod packet;
mod signature;
mod unusable;

use serde_json::{Value, json};
use windlass_model::call::CallError;
use windlass_model::manifest::secret::SecretValue;
use windlass_model::time::Timestamp;
use windlass_ports::sessions::{Seal, TokenSecret, Tokens};

use self::key::Pair;
use self::unusable::Unusable;
use crate::state::WorktreeState;

/// A key that signs commits: a version 4 key without a passphrase, of RSA, Ed25519 or a curve of NIST.
pub(crate) struct SigningKey {
    pair: Pair,
    fingerprint: [u8; 20],
}

impl SigningKey {
    /// The key in a text as `gpg --armor --export-secret-keys` writes it: as `gpg` does, the newest subkey that may sign at
    /// this time, else the key itself.
    ///
    /// # Errors
    /// `git-signing-key-unusable`, which says why nothing can be signed with it.
    pub(crate) fn read(text: &str, at: Timestamp) -> Result<Self, CallError> {
        let read = || {
            let packets = armor::decode(text, armor::PRIVATE_KEY)?;
            for key in choose::signing_keys(&packets, at)? {
                match key.open() {
                    Ok((pair, fingerprint)) => return Ok(Self { pair, fingerprint }),
                    Err(Unusable::Absent) => {}
                    Err(other) => return Err(other),
                }
            }
            Err(Unusable::Absent)
        };
        read().map_err(|unusable| {
            CallError::invalid("git-signing-key-unusable", format!("error using the signing key: {unusable}"))
        })
    }

    /// The key of a worktree, if it has one.
    ///
    /// # Errors
    /// `git-signing-key-unusable`: it has expired meanwhile, or what is stored cannot be opened.
    pub(crate) fn of(
        state: &WorktreeState,
        seal: &dyn Seal,
        at: Timestamp,
    ) -> Result<Option<Self>, CallError> {
        let Some(sealed) = &state.signing_key else { return Ok(None) };
        match seal.open(sealed) {
            Value::String(text) => Self::read(&text, at).map(Some),
            _ => Err(CallError::invalid(
                "git-signing-key-unusable",
                "error using the signing key: it was stored under another key of the data directory; clone again",
            )),
        }
    }
}

/// The key as it may be stored.
pub(crate) fn sealed(key: &SecretValue, seal: &dyn Seal) -> Value {
    let secret = TokenSecret { value: key.clone(), sources: Vec::new() };
    seal.seal(&json!(key.expose()), &Tokens::from([(String::new(), secret)]))
}

#[cfg(test)]
mod tests;
