//! Tokens: what crosses to a step in the place of a secret.
//!
//! A token is `wls` and 26 letters and digits, made from a key of this installation, the attempt and the place of the
//! secret in the configuration. It is the same in every run of an attempt, so that requests that carry it have the same
//! digest, and nobody else can make one.

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value as Json;
use sha2::Sha256;
use windlass_expr::Evaluated;
use windlass_model::ids::{AttemptNumber, PromotionUid, StepAlias};
use windlass_model::manifest::secret::SecretValue;
use windlass_ports::sessions::{TokenSecret, Tokens};

use crate::sealed::SealKey;

/// The key from which tokens are made; as secret as the secrets.
#[derive(Clone)]
pub struct TokenKey([u8; 32]);

impl TokenKey {
    /// A key of these bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The key that seals what attempts give back that were told secrets.
    #[must_use]
    pub fn seal_key(&self) -> SealKey {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("a key of any length will do");
        mac.update(b"seal");
        SealKey::new(&mac.finalize().into_bytes().into())
    }
}

/// Names an attempt.
#[derive(Debug, Clone, Copy)]
pub struct AttemptId<'a> {
    /// The promotion.
    pub promotion: PromotionUid,
    /// The step.
    pub step: &'a StepAlias,
    /// The try.
    pub attempt: AttemptNumber,
}

/// The configuration that crosses to the guest, and what is behind its tokens.
#[derive(Debug, Clone, PartialEq)]
pub struct Tokenized {
    /// The configuration with a token in the place of each tainted segment.
    pub config: Json,
    /// The secrets.
    pub tokens: Tokens,
}

/// Puts tokens in the place of secrets. A number or boolean that is a secret becomes a text.
#[must_use]
pub fn tokenize(
    key: &TokenKey,
    attempt: AttemptId<'_>,
    evaluated: &Evaluated,
    mut config: Json,
) -> Tokenized {
    let mut tokens = Tokens::new();
    for scalar in &evaluated.tainted {
        let mut text = String::new();
        for (index, segment) in scalar.segments.iter().enumerate() {
            if segment.taint.is_empty() {
                text.push_str(&segment.text);
                continue;
            }
            let token = token(key, attempt, &scalar.pointer, index);
            text.push_str(&token);
            tokens.insert(
                token,
                TokenSecret {
                    value: SecretValue::new(segment.text.clone()),
                    sources: segment.taint.labels().map(ToOwned::to_owned).collect(),
                },
            );
        }
        if let Some(place) = config.pointer_mut(&scalar.pointer) {
            *place = Json::String(text);
        }
    }
    Tokenized { config, tokens }
}

fn token(key: &TokenKey, attempt: AttemptId<'_>, pointer: &str, segment: usize) -> String {
    /// 32 letters and digits that no eye mistakes for each other.
    const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let mut mac = Hmac::<Sha256>::new_from_slice(&key.0).expect("a key of any length will do");
    let place = format!("{}\n{}\n{}\n{pointer}\n{segment}", attempt.promotion, attempt.step, attempt.attempt);
    mac.update(place.as_bytes());
    let hash = mac.finalize().into_bytes();
    let mut token = String::from("wls");
    token.extend(hash.iter().take(26).map(|byte| char::from(ALPHABET[usize::from(byte & 31)])));
    token
}
