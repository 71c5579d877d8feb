//! Turning what a registry answers into errors for people.

use http::StatusCode;
use serde::Deserialize;
use windlass_egress::Inbound;
use windlass_model::call::CallError;
use windlass_ports::images::RegistryError;

/// An error's body is read so far.
const MAX_ERROR: u64 = 64 << 10;

/// A registry's own words go into messages so far.
const MAX_WORDS: usize = 300;

/// Errors in the form of the distribution-spec.
#[derive(Deserialize)]
struct Errors {
    errors: Vec<OneError>,
}

#[derive(Deserialize)]
struct OneError {
    #[serde(default)]
    code: String,
    #[serde(default)]
    message: String,
}

/// An exchange that did not come about.
pub(crate) fn unreachable(error: &CallError) -> RegistryError {
    RegistryError::Unavailable(error.message.clone())
}

/// The error that an answer other than a good one is; `what` was asked for.
pub(crate) async fn refusal(response: Inbound, what: &str) -> RegistryError {
    let status = response.status;
    match status {
        StatusCode::NOT_FOUND => RegistryError::NotFound(what.to_owned()),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => RegistryError::Unauthorized(what.to_owned()),
        status => {
            let words = words_of(response).await;
            let hint = match status {
                StatusCode::TOO_MANY_REQUESTS => {
                    "; it limits how often it is asked: use credentials with a higher limit, or look less often"
                }
                _ => "",
            };
            RegistryError::Unavailable(format!(
                "{what}: the registry answered with status {status}{words}{hint}"
            ))
        }
    }
}

/// What the registry says of its refusal.
async fn words_of(response: Inbound) -> String {
    let Ok(body) = response.bytes(MAX_ERROR).await else { return String::new() };
    let Ok(errors) = serde_json::from_slice::<Errors>(&body) else { return String::new() };
    let Some(first) = errors.errors.first() else { return String::new() };
    let words = format!(" ({}: {})", first.code, first.message);
    words.chars().filter(|c| !c.is_control()).take(MAX_WORDS).collect()
}
