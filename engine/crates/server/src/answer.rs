//! Answers: JSON in the forms of Kargo's API, and refusals.

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use windlass_ports::control_plane::{ApiError, Fault};

/// A refused request.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) message: String,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        Self { status: status(error.fault), message: error.message }
    }
}

/// The status that tells of a fault.
pub(crate) fn status(fault: Fault) -> StatusCode {
    match fault {
        Fault::BadRequest => StatusCode::BAD_REQUEST,
        Fault::Forbidden => StatusCode::FORBIDDEN,
        Fault::NotFound => StatusCode::NOT_FOUND,
        Fault::Conflict => StatusCode::CONFLICT,
        Fault::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        Fault::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Fault::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        text(self.status, json!({ "error": self.message }).to_string())
    }
}

/// What a handler answers.
pub(crate) type Answer = Result<Response, Refusal>;

/// JSON that is a text already.
pub(crate) fn text(status: StatusCode, text: impl Into<Body>) -> Response {
    let mut response = Response::new(text.into());
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}

/// JSON.
pub(crate) fn json(status: StatusCode, value: &Value) -> Response {
    text(status, value.to_string())
}

/// Nothing but a status.
pub(crate) fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// The members that watches and some answers leave out of an object.
pub(crate) const UNTYPED: [&str; 2] = ["kind", "apiVersion"];

/// An object as watches and some answers show it: without its kind and version.
pub(crate) fn untyped(mut object: Value) -> Value {
    if let Some(members) = object.as_object_mut() {
        for member in UNTYPED {
            members.shift_remove(member);
        }
    }
    object
}
