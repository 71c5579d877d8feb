//! Sealed values: what an attempt that was told secrets gives back is stored encrypted, so that no record, backup or log
//! holds a secret's value.
//!
//! A sealed value stands in JSON as `{"windlass.dev/sealed": "…", "secret": true}`. Which of the values are secret is known,
//! so that they become tokens again where a later step's configuration uses them.

use aws_lc_rs::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value as Json, json};
use windlass_expr::{Map as Variables, Taint, Value};
use windlass_ports::sessions::{Seal, Tokens};

/// The member that marks a sealed value.
const MARK: &str = "windlass.dev/sealed";

/// What is shown in the place of a secret.
pub const HIDDEN: &str = "[redacted]";

/// Shorter texts are not looked for: they would be found everywhere.
const SHORTEST_HIDDEN: usize = 4;

/// Seals and opens values with the key of this installation.
pub struct SealKey(LessSafeKey);

impl std::fmt::Debug for SealKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealKey(…)")
    }
}

impl SealKey {
    /// A key of these bytes.
    #[must_use]
    pub fn new(bytes: &[u8; 32]) -> Self {
        let key = UnboundKey::new(&CHACHA20_POLY1305, bytes).expect("a key of this cipher has 32 bytes");
        Self(LessSafeKey::new(key))
    }

    /// Seals every value in `json`; those that hold one of the secrets are marked as secret themselves.
    #[must_use]
    pub fn seal(&self, json: &Json, secrets: &Tokens) -> Json {
        match json {
            Json::Null => Json::Null,
            Json::Array(items) => items.iter().map(|item| self.seal(item, secrets)).collect(),
            Json::Object(members) => {
                // Names stay readable, for expressions ask for them; one that holds a secret loses it.
                Json::Object(
                    members.iter().map(|(k, v)| (redact(k, secrets), self.seal(v, secrets))).collect(),
                )
            }
            Json::Bool(_) | Json::Number(_) | Json::String(_) => self.seal_scalar(json, secrets),
        }
    }

    fn seal_scalar(&self, scalar: &Json, secrets: &Tokens) -> Json {
        let text = scalar.as_str().map_or_else(|| scalar.to_string(), ToOwned::to_owned);
        let holds = |value: &str| {
            !value.is_empty() && (text.contains(value) || text.contains(&STANDARD.encode(value)))
        };
        let is_secret = secrets.values().any(|secret| holds(secret.value.expose()));
        let nonce: [u8; NONCE_LEN] = uuid::Uuid::new_v4().as_bytes()[..NONCE_LEN]
            .try_into()
            .expect("sixteen bytes hold a nonce of twelve");
        let mut sealed = scalar.to_string().into_bytes();
        self.0
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut sealed)
            .expect("a value of a step is far below what the cipher can seal");
        let sealed = STANDARD.encode([nonce.as_slice(), &sealed].concat());
        json!({ MARK: sealed, "secret": is_secret })
    }

    /// The value, and whether it is secret; `None` if `json` is no value that this key sealed.
    fn open(&self, json: &Map<String, Json>) -> Option<(Json, bool)> {
        let bytes = STANDARD.decode(json.get(MARK)?.as_str()?).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut sealed = sealed.to_vec();
        let opened = self.0.open_in_place(nonce, Aad::empty(), &mut sealed).ok()?;
        let is_secret = json.get("secret").and_then(Json::as_bool).unwrap_or(true);
        Some((serde_json::from_slice(opened).ok()?, is_secret))
    }

    /// Everything as it was before it was sealed.
    #[must_use]
    pub fn open_all(&self, json: &Json) -> Json {
        self.rewrite(json, &|value, _| value)
    }

    /// Everything as it may be shown: secrets are hidden.
    #[must_use]
    pub fn show(&self, json: &Json) -> Json {
        self.rewrite(json, &|value, is_secret| if is_secret { Json::from(HIDDEN) } else { value })
    }

    fn rewrite(&self, json: &Json, opened: &dyn Fn(Json, bool) -> Json) -> Json {
        match json {
            Json::Object(members) => match self.open(members) {
                Some((value, is_secret)) => opened(value, is_secret),
                None => members.iter().map(|(k, v)| (k.clone(), self.rewrite(v, opened))).collect(),
            },
            Json::Array(items) => items.iter().map(|item| self.rewrite(item, opened)).collect(),
            other => other.clone(),
        }
    }

    /// The value for expressions; what is secret is tainted with `source`.
    pub(crate) fn value(&self, json: &Json, source: &str) -> Value {
        match json {
            Json::Object(members) => match self.open(members) {
                Some((value, true)) => Value::from_json(&value).with_taint(&Taint::of(source)),
                Some((value, false)) => Value::from_json(&value),
                None => {
                    let members = members.iter().map(|(k, v)| (k.as_str(), self.value(v, source)));
                    members.collect::<Variables>().into()
                }
            },
            Json::Array(items) => Value::list(items.iter().map(|item| self.value(item, source)).collect()),
            other => Value::from_json(other),
        }
    }
}

impl Seal for SealKey {
    fn seal(&self, value: &Json, secrets: &Tokens) -> Json {
        Self::seal(self, value, secrets)
    }

    fn open(&self, value: &Json) -> Json {
        self.open_all(value)
    }

    fn show(&self, value: &Json) -> Json {
        Self::show(self, value)
    }
}

/// Whether anything in `json` is sealed.
#[must_use]
pub fn is_sealed(json: &Json) -> bool {
    match json {
        Json::Object(members) => members.contains_key(MARK) || members.values().any(is_sealed),
        Json::Array(items) => items.iter().any(is_sealed),
        _ => false,
    }
}

/// A text as it may be stored: without the values of these secrets and their tokens.
#[must_use]
pub fn redact(text: &str, secrets: &Tokens) -> String {
    let mut values: Vec<&str> = secrets.values().map(|secret| secret.value.expose()).collect();
    values.retain(|value| value.len() >= SHORTEST_HIDDEN);
    values.extend(secrets.keys().map(String::as_str));
    // A value that holds another one goes first.
    values.sort_by_key(|value| std::cmp::Reverse(value.len()));
    values.into_iter().fold(text.to_owned(), |text, value| text.replace(value, HIDDEN))
}

/// The same in every text and every name of a JSON value.
#[must_use]
pub(crate) fn redact_json(json: &Json, secrets: &Tokens) -> Json {
    match json {
        Json::String(text) => Json::String(redact(text, secrets)),
        Json::Array(items) => items.iter().map(|item| redact_json(item, secrets)).collect(),
        Json::Object(members) => {
            members.iter().map(|(k, v)| (redact(k, secrets), redact_json(v, secrets))).collect()
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use windlass_model::manifest::secret::SecretValue;
    use windlass_ports::sessions::TokenSecret;

    use super::*;

    fn secrets() -> Tokens {
        let secret = TokenSecret { value: SecretValue::new("hunter2"), sources: Vec::new() };
        Tokens::from([("wls0123456789abcdefghijklmnop".to_owned(), secret)])
    }

    #[test]
    fn what_is_sealed_can_be_opened_and_shows_no_secret() {
        let key = SealKey::new(&[7; 32]);
        let output =
            json!({"url": "https://ada:hunter2@h", "n": 5, "list": ["plain", null], "b64": "aHVudGVyMg=="});
        let sealed = key.seal(&output, &secrets());
        assert!(is_sealed(&sealed));
        assert!(!sealed.to_string().contains("hunter2") && !sealed.to_string().contains("plain"));
        assert_eq!(key.open_all(&sealed), output);
        let shown = key.show(&sealed);
        assert_eq!(shown, json!({"url": HIDDEN, "n": 5, "list": ["plain", null], "b64": HIDDEN}));
    }

    #[test]
    fn names_of_members_hold_no_secret_either() {
        let key = SealKey::new(&[7; 32]);
        let sealed = key.seal(&json!({"for hunter2": 1}), &secrets());
        assert_eq!(key.show(&sealed), json!({"for [redacted]": 1}));
        let shown = redact_json(&json!({"hunter2": ["is hunter2", 2]}), &secrets());
        assert_eq!(shown, json!({HIDDEN: ["is [redacted]", 2]}));
    }

    #[test]
    fn only_what_is_secret_is_tainted() {
        let key = SealKey::new(&[7; 32]);
        let sealed = key.seal(&json!({"secret": "hunter2", "plain": "x"}), &secrets());
        let value = key.value(&sealed, "the output of make");
        let member = |name: &str| value.as_map().and_then(|map| map.get(name)).cloned().unwrap_or_default();
        assert_eq!(member("secret").as_str(), Some("hunter2"));
        assert_eq!(member("secret").taint().labels().collect::<Vec<_>>(), ["the output of make"]);
        assert!(member("plain").taint().is_empty());
    }

    #[test]
    fn another_key_opens_nothing() {
        let sealed = SealKey::new(&[7; 32]).seal(&json!("hunter2"), &secrets());
        let other = SealKey::new(&[8; 32]);
        assert_eq!(other.open_all(&sealed), sealed);
    }

    #[test]
    fn messages_lose_their_secrets() {
        assert_eq!(redact("no such user hunter2", &secrets()), "no such user [redacted]");
        assert_eq!(redact("is wls0123456789abcdefghijklmnop", &secrets()), "is [redacted]");
    }
}
