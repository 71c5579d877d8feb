//! What is said of an exchange that fails.

use std::time::Duration;

use url::Url;
use windlass_model::call::{CallError, ErrorKind};

use crate::address::Refusal;

/// The time of an exchange is up.
pub(crate) fn too_long() -> CallError {
    CallError::new(ErrorKind::TimedOut, "timed-out", "the exchange took too long").later()
}

/// The other side says nothing.
pub(crate) fn silent(url: &Url, patience: Duration) -> CallError {
    let message = format!("{}: nothing has come for {} seconds", shown(url), patience.as_secs());
    CallError::new(ErrorKind::TimedOut, "timed-out", message).later()
}

/// An address that may not be reached.
pub(crate) fn denied(url: &Url, refusal: &Refusal) -> CallError {
    CallError::denied("address-refused", format!("{}: {refusal}", shown(url)))
}

/// A URL for messages: without user, query and fragment, where secrets may be.
pub(crate) fn shown(url: &Url) -> String {
    format!("{}{}", url.origin().ascii_serialization(), url.path())
}

/// A body that would leave its origin.
pub(crate) fn secret_elsewhere(from: &Url, to: &Url) -> CallError {
    let (from, to) = (shown(from), to.origin().ascii_serialization());
    CallError::denied(
        "redirect-of-secret",
        format!("{from} redirects a request with a secret in its body to {to}; name that URL instead"),
    )
}

/// What went wrong on the way.
pub(crate) fn failed(url: &Url, error: &(dyn std::error::Error + 'static), connecting: bool) -> CallError {
    let mut source: Option<&dyn std::error::Error> = Some(error);
    let mut innermost = String::new();
    let mut timed_out = false;
    while let Some(cause) = source {
        if let Some(refusal) = cause.downcast_ref::<Refusal>() {
            return denied(url, refusal);
        }
        let io = cause.downcast_ref::<std::io::Error>();
        timed_out |= io.is_some_and(|e| e.kind() == std::io::ErrorKind::TimedOut);
        innermost = cause.to_string();
        source = cause.source();
    }
    let url = shown(url);
    if timed_out {
        return CallError::new(ErrorKind::TimedOut, "timed-out", format!("{url} did not answer in time"))
            .later();
    }
    let what = if connecting { "cannot be reached" } else { "broke off" };
    CallError::unavailable("unavailable", format!("{url} {what}: {innermost}"))
}
