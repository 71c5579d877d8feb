//! Blobs: giving and removing them.

use axum::body::Body;
use axum::http::{StatusCode, header};
use axum::response::Response;

use super::answer::{self, CONTENT_DIGEST};
use super::store::{RegistryRefusal, Store};

pub(super) fn get(store: &Store, name: &str, digest: &str) -> Result<Response, RegistryRefusal> {
    let (digest, content) =
        store.blob(name, digest).ok_or_else(|| RegistryRefusal::UnknownBlob(digest.to_owned()))?;
    let headers = [
        (header::CONTENT_TYPE.as_str(), "application/octet-stream".to_owned()),
        (header::CONTENT_LENGTH.as_str(), content.len().to_string()),
        (CONTENT_DIGEST, digest.to_string()),
    ];
    let mut response = Response::new(Body::from(content));
    answer::set(&mut response, &headers);
    Ok(response)
}

pub(super) fn delete(store: &mut Store, name: &str, digest: &str) -> Result<Response, RegistryRefusal> {
    if store.remove_blob(name, digest) {
        Ok(answer::empty(StatusCode::ACCEPTED, &[]))
    } else {
        Err(RegistryRefusal::UnknownBlob(digest.to_owned()))
    }
}
