//! Tokens: what crosses to a step in the place of a secret.
//!
//! A token is `wls` and 26 letters and digits, made from a key of this installation, the attempt and the place of the
//! secret in the configuration. It is the same in every run of an attempt, so that requests that carry it have the same
//! digest, and nobody else can make one.

use std::cmp::Reverse;

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value as Json;
use sha2::Sha256;
use windlass_expr::{Evaluated, Segment, TaintedScalar};
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
    let mut maker = TokenMaker { key, attempt, tokens: Tokens::new() };
    for scalar in &evaluated.tainted {
        let text = maker.text(&scalar.segments, &scalar.pointer);
        if let Some(place) = config.pointer_mut(&scalar.pointer) {
            *place = Json::String(text);
        }
    }
    // The deepest first, because pointers lead through keys as they were.
    let mut keys: Vec<&TaintedScalar> = evaluated.tainted_keys.iter().collect();
    keys.sort_by_key(|key| Reverse(key.pointer.matches('/').count()));
    for key in keys {
        let text = maker.text(&key.segments, &format!("{} as a key", key.pointer));
        rename(&mut config, &key.pointer, text);
    }
    Tokenized { config, tokens: maker.tokens }
}

struct TokenMaker<'a> {
    key: &'a TokenKey,
    attempt: AttemptId<'a>,
    tokens: Tokens,
}

impl TokenMaker<'_> {
    /// The text of segments, with a token for each that is secret.
    fn text(&mut self, segments: &[Segment], place: &str) -> String {
        let mut text = String::new();
        for (index, segment) in segments.iter().enumerate() {
            if segment.taint.is_empty() {
                text.push_str(&segment.text);
                continue;
            }
            let token = token(self.key, self.attempt, place, index);
            text.push_str(&token);
            let secret = TokenSecret {
                value: SecretValue::new(segment.text.clone()),
                sources: segment.taint.labels().map(ToOwned::to_owned).collect(),
            };
            self.tokens.insert(token, secret);
        }
        text
    }
}

/// Gives the member that a pointer leads to another name, in the same place.
fn rename(config: &mut Json, pointer: &str, name: String) {
    let Some((parent, last)) = pointer.rsplit_once('/') else { return };
    let old = windlass_model::pointer::name(last);
    let Some(members) = config.pointer_mut(parent).and_then(Json::as_object_mut) else { return };
    let all = std::mem::take(members);
    let named =
        all.into_iter().map(|(key, value)| if key == old { (name.clone(), value) } else { (key, value) });
    members.extend(named);
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

#[cfg(test)]
mod tests {
    use serde_json::json;
    use windlass_expr::{ConfigTemplate, Map, NoFunctions, Scope, Taint, Value};
    use windlass_model::ids::StepAlias;

    use super::*;

    fn tokenized(config: &Json) -> Tokenized {
        let secret = Value::from("hun/ter2").with_taint(&Taint::of("s"));
        let variables: Map = [("key", secret)].into_iter().collect();
        let scope = Scope::new(variables, &NoFunctions, jiff::Timestamp::UNIX_EPOCH);
        let evaluated = ConfigTemplate::parse(config).unwrap().evaluate(&scope).unwrap();
        let promotion = PromotionUid(uuid::Uuid::nil());
        let step = StepAlias::new("s");
        let attempt = AttemptId { promotion, step: &step, attempt: AttemptNumber(1) };
        tokenize(&TokenKey::new([7; 32]), attempt, &evaluated, evaluated.to_json().unwrap())
    }

    #[test]
    fn secrets_in_keys_become_tokens_too() {
        let template = r#"{"a": {"x-${{ key }}": {"${{ key }}": "${{ key }}!", "b": 1}, "~c": 2}}"#;
        let Tokenized { config, tokens } = tokenized(&json!({ "data": template }));
        assert!(!config.to_string().contains("ter2"), "{config}");
        assert_eq!(tokens.len(), 3);
        assert!(tokens.values().all(|secret| secret.value.expose() == "hun/ter2"));
        let mut real = config.to_string();
        for (token, secret) in &tokens {
            real = real.replace(token, secret.value.expose());
        }
        let real: Json = serde_json::from_str(&real).unwrap();
        let inner = json!({ "hun/ter2": "hun/ter2!", "b": 1 });
        assert_eq!(real, json!({ "data": { "a": { "x-hun/ter2": inner, "~c": 2 } } }));
    }
}
