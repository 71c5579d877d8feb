//! HTTP: one exchange is one call, with the body in memory or in a file of the work directory.

use serde::{Deserialize, Serialize};

use super::path::WorkPath;

/// The largest body that crosses to or from a guest in memory, in bytes (2 MiB).
pub const MAX_INLINE_BODY_BYTES: usize = 2 * 1024 * 1024;

/// What the step declares of its request. A read with POST needs the grant `http.read-post`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// Changes nothing outside: may be sent any number of times.
    Read,
    /// Changes something outside: journalled before and after.
    Write,
}

/// A request's body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Body {
    /// No body.
    None,
    /// These bytes, 2 MiB at most.
    Bytes(#[serde(with = "base64_bytes")] Vec<u8>),
    /// The content of this file.
    File(WorkPath),
}

/// Arguments of `http.send`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Request {
    /// `GET`, `POST`, …
    pub method: String,
    /// An absolute `http` or `https` URL.
    pub url: String,
    /// In order; names may repeat.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Body,
    /// Whether it changes something.
    pub effect: Effect,
    /// The rest.
    #[serde(default)]
    pub options: Options,
}

/// Options of `http.send`; a closed set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Options {
    /// For the whole exchange; the attempt's own budget bounds it further.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
    /// The response body may not be larger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_bytes: Option<u64>,
    /// How many redirects are followed, 9 if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirects: Option<u32>,
    /// Do not check the server's certificate.
    #[serde(default, rename = "insecureSkipTLSVerify")]
    pub insecure_skip_tls_verify: bool,
    /// The `http` or `https` URL of a proxy to go through, which needs a grant of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proxy: Option<String>,
    /// Write the response body to this file; only for reads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub save_to: Option<WorkPath>,
    /// Sent as the header `Idempotency-Key`, which makes a write safe to send again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
}

/// Answer of `http.send`. Any status is an answer; errors are transport failures and refusals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// In order; names are lower case.
    pub headers: Vec<(String, String)>,
    /// The body; empty if it went to a file.
    #[serde(with = "base64_bytes")]
    pub body: Vec<u8>,
}

impl Request {
    /// True if the method may be sent twice without harm (RFC 9110, section 9.2.2).
    #[must_use]
    pub fn is_idempotent(&self) -> bool {
        matches!(
            self.method.to_ascii_uppercase().as_str(),
            "GET" | "HEAD" | "PUT" | "DELETE" | "OPTIONS" | "TRACE"
        )
    }
}

/// Bytes as base64 text.
mod base64_bytes {
    use base64::Engine as _;
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&base64::engine::general_purpose::STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        base64::engine::general_purpose::STANDARD.decode(text).map_err(de::Error::custom)
    }
}
