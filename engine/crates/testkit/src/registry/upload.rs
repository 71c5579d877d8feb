//! Uploads of blobs: whole in one request, in two, or piece by piece; or taken over from another repository.

use axum::http::{StatusCode, header, request::Parts};
use axum::response::Response;
use bytes::Bytes;
use windlass_model::digest::Digest;

use super::answer::{self, CONTENT_DIGEST};
use super::store::{RegistryRefusal, Store};

pub(super) fn begin(
    store: &mut Store,
    name: &str,
    head: &Parts,
    body: Bytes,
) -> Result<Response, RegistryRefusal> {
    if let Some(claimed) = parameter(head, "digest") {
        return keep(store, name, &claimed, body);
    }
    if let (Some(digest), Some(from)) = (parameter(head, "mount"), parameter(head, "from"))
        && let Some((_, content)) = store.blob(&from, &digest)
    {
        return keep(store, name, &digest, content);
    }
    let id = uuid::Uuid::new_v4().to_string();
    store.begin_upload(name, id.clone())?;
    Ok(progress(StatusCode::ACCEPTED, name, &id, 0))
}

pub(super) fn status(store: &Store, name: &str, id: &str) -> Result<Response, RegistryRefusal> {
    let len = store.upload_len(id).ok_or_else(|| RegistryRefusal::UnknownUpload(id.to_owned()))?;
    Ok(progress(StatusCode::NO_CONTENT, name, id, len))
}

pub(super) fn append(
    store: &mut Store,
    name: &str,
    id: &str,
    head: &Parts,
    piece: &[u8],
) -> Result<Response, RegistryRefusal> {
    let len = store.append(id, begins_at(head), piece)?;
    Ok(progress(StatusCode::ACCEPTED, name, id, len))
}

pub(super) fn finish(
    store: &mut Store,
    name: &str,
    id: &str,
    head: &Parts,
    piece: &[u8],
) -> Result<Response, RegistryRefusal> {
    if !piece.is_empty() {
        store.append(id, begins_at(head), piece)?;
    }
    let content = store.take_upload(id).ok_or_else(|| RegistryRefusal::UnknownUpload(id.to_owned()))?;
    keep(store, name, &parameter(head, "digest").unwrap_or_default(), content)
}

pub(super) fn cancel(store: &mut Store, id: &str) -> Result<Response, RegistryRefusal> {
    store.take_upload(id).ok_or_else(|| RegistryRefusal::UnknownUpload(id.to_owned()))?;
    Ok(answer::empty(StatusCode::NO_CONTENT, &[]))
}

/// Keeps a blob if it is what the client says it is.
fn keep(store: &mut Store, name: &str, claimed: &str, content: Bytes) -> Result<Response, RegistryRefusal> {
    let actual = Digest::of(&content);
    if actual.to_string() != claimed {
        return Err(RegistryRefusal::WrongDigest { claimed: claimed.to_owned(), actual });
    }
    store.add_blob(name, content)?;
    Ok(answer::empty(
        StatusCode::CREATED,
        &[
            (header::LOCATION.as_str(), format!("/v2/{name}/blobs/{actual}")),
            (CONTENT_DIGEST, actual.to_string()),
        ],
    ))
}

/// Where an upload goes on, and how far it has come.
fn progress(status: StatusCode, name: &str, id: &str, len: usize) -> Response {
    answer::empty(
        status,
        &[
            (header::LOCATION.as_str(), format!("/v2/{name}/blobs/uploads/{id}")),
            (header::RANGE.as_str(), format!("0-{}", len.saturating_sub(1))),
            ("docker-upload-uuid", id.to_owned()),
        ],
    )
}

/// The first byte that a piece says it has (`Content-Range: 0-99`).
fn begins_at(head: &Parts) -> Option<usize> {
    let value = head.headers.get(header::CONTENT_RANGE)?.to_str().ok()?;
    value.trim_start_matches("bytes ").split_once('-')?.0.parse().ok()
}

fn parameter(head: &Parts, name: &str) -> Option<String> {
    let query = head.uri.query()?;
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}
