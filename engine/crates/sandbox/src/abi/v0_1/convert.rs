//! Errors and JSON arguments between the contract's records and ours.

use serde::de::DeserializeOwned;
use serde_json::Value;
use windlass_model::call::{Answer, CallError, ErrorKind, Reply, Retry};

use super::bindings::windlass::step::types;

/// A call's result: the outer error ends the guest, the inner one is told to it.
pub(super) type Told<T> = wasmtime::Result<Result<T, types::Error>>;

pub(super) fn error(error: CallError) -> types::Error {
    use types::ErrorKind as Kind;
    types::Error {
        kind: match error.kind {
            ErrorKind::Invalid => Kind::Invalid,
            ErrorKind::Denied => Kind::Denied,
            ErrorKind::NotFound => Kind::NotFound,
            ErrorKind::AlreadyExists => Kind::AlreadyExists,
            ErrorKind::Conflict => Kind::Conflict,
            ErrorKind::Unavailable => Kind::Unavailable,
            ErrorKind::Throttled => Kind::Throttled,
            ErrorKind::TimedOut => Kind::TimedOut,
            ErrorKind::Limit => Kind::Limit,
            ErrorKind::Cancelled => Kind::Cancelled,
            ErrorKind::Withheld => Kind::Withheld,
            ErrorKind::InDoubt => Kind::InDoubt,
            ErrorKind::Internal => Kind::Internal,
        },
        retry: match error.retry {
            Retry::Never => types::Retry::Never,
            Retry::Later => types::Retry::Later,
        },
        message: error.message,
        code: error.code,
        details: error.details.to_string(),
    }
}

/// Tells the guest what `pick` finds in the answer.
pub(super) fn tell<T>(answer: Answer, pick: impl FnOnce(Reply) -> Option<T>) -> Told<T> {
    Ok(match answer {
        Ok(reply) => {
            pick(reply).ok_or_else(|| error(CallError::internal("the host gave another call's answer")))
        }
        Err(e) => Err(error(e)),
    })
}

/// Reads a `json` argument; an empty text means an empty object.
pub(super) fn json<T: DeserializeOwned>(name: &str, text: &str) -> Result<T, types::Error> {
    let text = if text.is_empty() { "{}" } else { text };
    serde_json::from_str(text)
        .map_err(|e| error(CallError::invalid("argument-not-understood", format!("{name}: {e}"))))
}

pub(super) fn to_json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| Value::Null.to_string())
}

/// Returns the error of a `json` argument to the guest.
macro_rules! argument {
    ($name:literal, $text:expr) => {
        match super::convert::json($name, &$text) {
            Ok(value) => value,
            Err(error) => return Ok(Err(error)),
        }
    };
}
pub(super) use argument;
