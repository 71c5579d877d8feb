//! Manifests: taking, giving and removing them.

use axum::body::Body;
use axum::http::{StatusCode, header, request::Parts};
use axum::response::Response;
use bytes::Bytes;
use serde::Deserialize;

use super::answer::{self, CONTENT_DIGEST};
use super::store::{RegistryRefusal, Store};

/// The largest manifest, by the spec's advice.
const MAX_MANIFEST: usize = 4 << 20;

/// A reference to other content.
#[derive(Deserialize)]
struct Descriptor {
    digest: String,
}

/// What is looked at when a manifest comes.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Outline {
    media_type: Option<String>,
    config: Option<Descriptor>,
    #[serde(default)]
    layers: Vec<Descriptor>,
    #[serde(default)]
    manifests: Vec<Descriptor>,
}

pub(super) fn get(
    store: &Store,
    name: &str,
    reference: &str,
    omit_digest: bool,
) -> Result<Response, RegistryRefusal> {
    if !store.has_repository(name) {
        return Err(RegistryRefusal::UnknownName(name.to_owned()));
    }
    let (digest, manifest) = store
        .find_manifest(name, reference)
        .ok_or_else(|| RegistryRefusal::UnknownManifest(reference.to_owned()))?;
    let mut response = Response::new(Body::from(manifest.content.clone()));
    let mut headers = vec![
        (header::CONTENT_TYPE.as_str(), manifest.media_type.clone()),
        (header::CONTENT_LENGTH.as_str(), manifest.content.len().to_string()),
    ];
    if !omit_digest {
        headers.push((CONTENT_DIGEST, digest.to_string()));
    }
    answer::set(&mut response, &headers);
    Ok(response)
}

pub(super) fn put(
    store: &mut Store,
    name: &str,
    reference: &str,
    head: &Parts,
    body: Bytes,
) -> Result<Response, RegistryRefusal> {
    if body.len() > MAX_MANIFEST {
        return Err(RegistryRefusal::Full);
    }
    let outline: Outline =
        serde_json::from_slice(&body).map_err(|e| RegistryRefusal::InvalidManifest(e.to_string()))?;
    let declared = head.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = declared.map(ToOwned::to_owned).or(outline.media_type).ok_or_else(|| {
        RegistryRefusal::InvalidManifest("it has no media type and the request no content type".to_owned())
    })?;
    for blob in outline.config.iter().chain(&outline.layers) {
        if store.blob(name, &blob.digest).is_none() {
            return Err(RegistryRefusal::MissingReference(blob.digest.clone()));
        }
    }
    for manifest in &outline.manifests {
        if store.find_manifest(name, &manifest.digest).is_none() {
            return Err(RegistryRefusal::MissingReference(manifest.digest.clone()));
        }
    }
    let by_digest = reference.contains(':');
    let actual = windlass_model::digest::Digest::of(&body);
    if by_digest && reference != actual.to_string() {
        return Err(RegistryRefusal::WrongDigest { claimed: reference.to_owned(), actual });
    }
    let digest = store.add_manifest(name, (!by_digest).then_some(reference), &media_type, body)?;
    Ok(answer::empty(
        StatusCode::CREATED,
        &[
            (header::LOCATION.as_str(), format!("/v2/{name}/manifests/{digest}")),
            (CONTENT_DIGEST, digest.to_string()),
        ],
    ))
}

pub(super) fn delete(store: &mut Store, name: &str, reference: &str) -> Result<Response, RegistryRefusal> {
    if store.remove_manifest(name, reference) {
        Ok(answer::empty(StatusCode::ACCEPTED, &[]))
    } else {
        Err(RegistryRefusal::UnknownManifest(reference.to_owned()))
    }
}
