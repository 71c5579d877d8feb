//! Refusals of the API: a Status object becomes an error that says what to do.

use http::{StatusCode, header};
use serde::Deserialize;
use serde_json::json;
use windlass_egress::Inbound;
use windlass_model::call::{CallError, ErrorKind};

/// A refusal's body is read so far.
const MAX_STATUS: u64 = 1 << 20;

/// The API's own words go into messages so far.
const MAX_WORDS: usize = 500;

/// What was wanted, for messages.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    /// `get`, `list`, `patch`, `watch`: the verb that a role must allow.
    pub(crate) verb: &'static str,
    /// Of what, such as `Application argocd/shop`.
    pub(crate) what: &'a str,
}

/// A failure as Kubernetes tells it.
#[derive(Deserialize, Default)]
pub(crate) struct Status {
    #[serde(default)]
    message: String,
    #[serde(default)]
    details: Option<Details>,
    #[serde(default)]
    pub(crate) code: u16,
}

#[derive(Deserialize)]
struct Details {
    #[serde(default)]
    name: String,
}

/// The error that an answer other than a good one is.
pub(crate) async fn refusal(response: Inbound, wanted: Wanted<'_>) -> CallError {
    let code = response.status;
    let retry_after = response.headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
    let retry_after: Option<u64> = retry_after.and_then(|value| value.parse().ok());
    let body = response.bytes(MAX_STATUS).await.unwrap_or_default();
    let status: Status = serde_json::from_slice(&body).unwrap_or_default();
    let error = status.to_error(code, wanted);
    match retry_after {
        Some(seconds) if error.kind == ErrorKind::Throttled => {
            error.with("retryAfterMs", json!(seconds.saturating_mul(1_000)))
        }
        _ => error,
    }
}

impl Status {
    /// The error that this status is.
    pub(crate) fn to_error(&self, code: StatusCode, wanted: Wanted<'_>) -> CallError {
        let Wanted { verb, what } = wanted;
        let words = self.words(code);
        let error = match code {
            StatusCode::NOT_FOUND if self.details.as_ref().is_some_and(|about| !about.name.is_empty()) => {
                CallError::not_found("object-not-found", format!("there is no {what}"))
            }
            StatusCode::NOT_FOUND => CallError::not_found(
                "object-kind-unknown",
                format!(
                    "{what}: the cluster does not have this kind ({words}); is what defines it installed?"
                ),
            ),
            StatusCode::UNAUTHORIZED => CallError::denied(
                "cluster-login-refused",
                format!(
                    "{what}: the cluster refuses the login ({words}); its token may have expired: get a new one"
                ),
            ),
            StatusCode::FORBIDDEN => CallError::denied(
                "cluster-forbidden",
                format!("{what}: {words}; bind a Role that allows {verb:?} to the account of the kubeconfig"),
            ),
            StatusCode::CONFLICT => CallError::new(
                ErrorKind::Conflict,
                "object-conflict",
                format!("{what} has changed meanwhile: {words}"),
            ),
            StatusCode::GONE => CallError::new(
                ErrorKind::Conflict,
                "object-version-gone",
                format!("{what}: what is asked for is too long ago: {words}"),
            )
            .later(),
            StatusCode::TOO_MANY_REQUESTS => CallError::new(
                ErrorKind::Throttled,
                "cluster-throttled",
                format!("{what}: the cluster asks to come back later: {words}"),
            )
            .later(),
            code if code.is_client_error() => CallError::invalid(
                "object-refused",
                format!("{what}: the cluster refuses to {verb} it: {words}"),
            ),
            _ => {
                CallError::unavailable("cluster-unavailable", format!("{what}: the cluster answered {words}"))
            }
        };
        error.with("httpStatus", json!(code.as_u16()))
    }

    /// The API's own words, or the status if it has none.
    fn words(&self, code: StatusCode) -> String {
        let words: String = self.message.chars().filter(|c| !c.is_control()).take(MAX_WORDS).collect();
        if words.is_empty() { format!("with status {code}") } else { words }
    }
}
