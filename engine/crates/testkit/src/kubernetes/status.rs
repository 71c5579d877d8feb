//! Failures, in the form in which Kubernetes tells them: an object of kind Status.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::store::ObjectId;

/// A failure.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct ApiStatus {
    /// The HTTP status.
    pub code: u16,
    /// One word: `NotFound`, `Conflict`, …
    pub reason: &'static str,
    /// For people.
    pub message: String,
    /// What it is about; null if nothing in particular.
    pub details: Value,
}

impl ApiStatus {
    pub(super) fn new(code: StatusCode, reason: &'static str, message: impl Into<String>) -> Self {
        Self { code: code.as_u16(), reason, message: message.into(), details: Value::Null }
    }

    fn about(mut self, id: &ObjectId) -> Self {
        self.details = json!({"name": id.name, "group": id.resource.group, "kind": id.resource.plural});
        self
    }

    pub(super) fn not_found(id: &ObjectId) -> Self {
        let message = format!("{} {:?} not found", id.resource.qualified(), id.name);
        Self::new(StatusCode::NOT_FOUND, "NotFound", message).about(id)
    }

    /// For a path or a kind that is not served at all.
    pub(super) fn no_such_resource() -> Self {
        Self::new(StatusCode::NOT_FOUND, "NotFound", "the server could not find the requested resource")
    }

    pub(super) fn already_exists(id: &ObjectId) -> Self {
        let message = format!("{} {:?} already exists", id.resource.qualified(), id.name);
        Self::new(StatusCode::CONFLICT, "AlreadyExists", message).about(id)
    }

    pub(super) fn conflict(id: &ObjectId) -> Self {
        let message = format!(
            "Operation cannot be fulfilled on {} {:?}: the object has been modified; please apply your changes to the \
             latest version and try again",
            id.resource.qualified(),
            id.name
        );
        Self::new(StatusCode::CONFLICT, "Conflict", message).about(id)
    }

    pub(super) fn invalid(kind: &str, name: &str, why: &str) -> Self {
        let message = format!("{kind} {name:?} is invalid: {why}");
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "Invalid", message)
    }

    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BadRequest", message)
    }

    pub(super) fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "Unauthorized", "Unauthorized")
    }

    pub(super) fn gone(message: impl Into<String>) -> Self {
        Self::new(StatusCode::GONE, "Expired", message)
    }

    pub(super) fn method_not_allowed() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "MethodNotAllowed",
            "the server does not allow this method on the requested resource",
        )
    }

    /// Its JSON form.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut status = json!({
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": self.message,
            "reason": self.reason,
            "code": self.code,
        });
        if !self.details.is_null() {
            status["details"] = self.details.clone();
        }
        status
    }
}
