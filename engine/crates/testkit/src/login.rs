//! A user and a password, and reading them out of a request (RFC 7617).

use axum::http::{HeaderMap, header};
use base64::Engine as _;
use windlass_model::manifest::secret::SecretValue;

/// Who may come in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// The user.
    pub username: String,
    /// The password.
    pub password: SecretValue,
}

impl Login {
    /// A user and their password.
    #[must_use]
    pub fn new(username: impl Into<String>, password: impl Into<String>) -> Self {
        Self { username: username.into(), password: SecretValue::new(password) }
    }

    /// The login that a request carries as `Authorization: Basic`, if it does.
    pub(crate) fn of_request(headers: &HeaderMap) -> Option<Self> {
        let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
        let (scheme, encoded) = value.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let decoded = base64::engine::general_purpose::STANDARD.decode(encoded.trim()).ok()?;
        let text = String::from_utf8(decoded).ok()?;
        let (username, password) = text.split_once(':')?;
        Some(Self::new(username, password))
    }
}

/// The token that a request carries as `Authorization: Bearer`, if it does.
pub(crate) fn bearer_of_request(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}
