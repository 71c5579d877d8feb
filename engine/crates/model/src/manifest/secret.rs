//! Secret: credentials for repositories (Kargo's `cred-type` label) and values for `secret()`.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use serde::Deserialize;

use super::ObjectMeta;

/// The label that says what a Secret is for.
pub const CREDENTIAL_TYPE_LABEL: &str = "kargo.akuity.io/cred-type";

/// One secret value. No `Debug` shows it, and it is never serialised.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct SecretValue(String);

impl SecretValue {
    /// Wraps a value.
    #[must_use]
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value itself. Whoever calls this answers for where it goes.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretValue(…)")
    }
}

impl<'de> Deserialize<'de> for SecretValue {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self)
    }
}

/// A Kubernetes Secret as it is written: `data` in base64, `stringData` plain.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Secret {
    /// Names it.
    pub metadata: ObjectMeta,
    /// The Kubernetes type, `Opaque` or none.
    #[serde(rename = "type")]
    pub secret_type: String,
    /// Values in base64.
    pub data: BTreeMap<String, SecretValue>,
    /// Plain values, which win over `data`.
    pub string_data: BTreeMap<String, SecretValue>,
}

/// A value of `data` that is not base64 of UTF-8 text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("data.{key} is not the base64 form of a text; write it under stringData to give it as it is")]
pub struct UnreadableSecret {
    /// Which value.
    pub key: String,
}

impl Secret {
    /// What Kargo uses it for: `git`, `image`, `helm`, `generic`; none for other Secrets.
    #[must_use]
    pub fn credential_type(&self) -> Option<&str> {
        self.metadata.labels.get(CREDENTIAL_TYPE_LABEL).map(String::as_str)
    }

    /// All values, decoded, `stringData` over `data`.
    ///
    /// # Errors
    /// Returns [`UnreadableSecret`] naming the first value that cannot be decoded.
    pub fn values(&self) -> Result<BTreeMap<String, SecretValue>, UnreadableSecret> {
        let mut values = BTreeMap::new();
        for (key, encoded) in &self.data {
            let decoded = base64::engine::general_purpose::STANDARD
                .decode(encoded.expose().split_ascii_whitespace().collect::<String>())
                .ok()
                .and_then(|bytes| String::from_utf8(bytes).ok())
                .ok_or_else(|| UnreadableSecret { key: key.clone() })?;
            values.insert(key.clone(), SecretValue::new(decoded));
        }
        values.extend(self.string_data.iter().map(|(k, v)| (k.clone(), v.clone())));
        Ok(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_decoded_and_never_shown() {
        let secret: Secret = serde_json::from_value(serde_json::json!({
            "metadata": {"name": "s", "labels": {"kargo.akuity.io/cred-type": "git"}},
            "data": {"username": "YWRh", "password": "b2xk"},
            "stringData": {"password": "hunter2"}
        }))
        .unwrap();
        let values = secret.values().unwrap();
        assert_eq!(values["username"].expose(), "ada");
        assert_eq!(values["password"].expose(), "hunter2");
        assert_eq!(secret.credential_type(), Some("git"));
        assert!(!format!("{secret:?}{values:?}").contains("hunter2"));
    }

    #[test]
    fn broken_base64_names_its_key() {
        let secret: Secret = serde_json::from_value(serde_json::json!({"data": {"token": "%%"}})).unwrap();
        assert_eq!(secret.values().unwrap_err().key, "token");
    }
}
