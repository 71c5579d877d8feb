//! Answers in the form of the distribution-spec.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::json;

use super::store::RegistryRefusal;

impl RegistryRefusal {
    /// The status and the spec's code.
    fn facts(&self) -> (StatusCode, &'static str) {
        match self {
            Self::InvalidName(_) => (StatusCode::BAD_REQUEST, "NAME_INVALID"),
            Self::InvalidTag(_) => (StatusCode::BAD_REQUEST, "TAG_INVALID"),
            Self::WrongDigest { .. } => (StatusCode::BAD_REQUEST, "DIGEST_INVALID"),
            Self::InvalidManifest(_) => (StatusCode::BAD_REQUEST, "MANIFEST_INVALID"),
            Self::MissingReference(_) => (StatusCode::BAD_REQUEST, "MANIFEST_BLOB_UNKNOWN"),
            Self::UnknownName(_) => (StatusCode::NOT_FOUND, "NAME_UNKNOWN"),
            Self::UnknownManifest(_) => (StatusCode::NOT_FOUND, "MANIFEST_UNKNOWN"),
            Self::UnknownBlob(_) => (StatusCode::NOT_FOUND, "BLOB_UNKNOWN"),
            Self::UnknownUpload(_) => (StatusCode::NOT_FOUND, "BLOB_UPLOAD_UNKNOWN"),
            Self::WrongRange { .. } => (StatusCode::RANGE_NOT_SATISFIABLE, "BLOB_UPLOAD_INVALID"),
            Self::Full => (StatusCode::PAYLOAD_TOO_LARGE, "SIZE_INVALID"),
        }
    }

    pub(super) fn into_response(self) -> Response {
        let (status, code) = self.facts();
        error(status, code, &self.to_string())
    }
}

/// An error.
pub(super) fn error(status: StatusCode, code: &str, message: &str) -> Response {
    json(status, &json!({"errors": [{"code": code, "message": message}]}))
}

/// A document.
pub(super) fn json(status: StatusCode, document: &serde_json::Value) -> Response {
    let mut response = Response::new(Body::from(document.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// A status with headers and no body. A value that HTTP does not allow is left out.
pub(super) fn empty(status: StatusCode, headers: &[(&'static str, String)]) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    set(&mut response, headers);
    response
}

/// Adds headers to a response. A value that HTTP does not allow is left out.
pub(super) fn set(response: &mut Response, headers: &[(&'static str, String)]) {
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::try_from(value) {
            response.headers_mut().insert(*name, value);
        }
    }
}

/// The digest of what an answer is about.
pub(super) const CONTENT_DIGEST: &str = "docker-content-digest";
