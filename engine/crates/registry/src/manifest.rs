//! What a tag points to: the digest of a manifest or an index, and its annotations.
//!
//! The digest is asked for first, which counts against no registry's limits; the content, found by its digest, never
//! changes and is asked for once.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use http::{Method, StatusCode, header};
use serde::Deserialize;
use serde_json::Value;
use windlass_egress::Inbound;
use windlass_model::ids::TenantId;
use windlass_ports::images::{RegistryError, TaggedImage};

use crate::answer::refusal;
use crate::digest::ContentDigest;
use crate::reference::is_tag;
use crate::session::Session;

/// The media types that are understood: manifests and indexes, of the OCI and of Docker.
const ACCEPT: &str = "application/vnd.oci.image.index.v1+json, \
    application/vnd.oci.image.manifest.v1+json, \
    application/vnd.docker.distribution.manifest.list.v2+json, \
    application/vnd.docker.distribution.manifest.v2+json";

/// Docker's first format, which names content otherwise and is given up by everybody.
const SCHEMA_1: &str = "application/vnd.docker.distribution.manifest.v1+";

/// The largest manifest, by the spec's advice.
const MAX_MANIFEST: u64 = 4 << 20;

/// Manifests whose annotations are kept; beyond that all are asked for anew.
const MAX_KEPT: usize = 10_000;

const DIGEST_HEADER: &str = "docker-content-digest";

/// Annotations of manifests by tenant, repository and digest.
#[derive(Debug, Default)]
pub(crate) struct ManifestCache(Mutex<HashMap<CacheKey, BTreeMap<String, String>>>);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct CacheKey {
    tenant: TenantId,
    host: String,
    path: String,
    digest: ContentDigest,
}

/// What is read of a manifest or an index. Configuration, platforms and layers are beside it in the same document.
#[derive(Deserialize)]
struct Manifest {
    #[serde(default)]
    annotations: Option<BTreeMap<String, Value>>,
}

impl ManifestCache {
    fn get(&self, key: &CacheKey) -> Option<BTreeMap<String, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    fn keep(&self, key: CacheKey, annotations: BTreeMap<String, String>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MAX_KEPT {
            kept.clear();
        }
        kept.insert(key, annotations);
    }
}

impl Session<'_> {
    /// What a tag points to.
    pub(crate) async fn resolve(&self, tag: &str) -> Result<TaggedImage, RegistryError> {
        let what = format!("{}:{tag}", self.repository);
        if !is_tag(tag) {
            return Err(RegistryError::NotFound(what));
        }
        let Some(digest) = self.digest_of(tag, &what).await? else {
            // The registry does not tell the digest beforehand, so the content tells it.
            let (digest, content) = self.fetch(tag, None, &what).await?;
            return self.image(&digest, &content, &what);
        };
        let key = CacheKey {
            tenant: self.wire.scope.tenant.clone(),
            host: self.repository.host.clone(),
            path: self.repository.path.clone(),
            digest: digest.clone(),
        };
        if let Some(annotations) = self.client.manifests.get(&key) {
            return Ok(TaggedImage { digest: digest.as_str().to_owned(), annotations });
        }
        let (digest, content) = self.fetch(digest.as_str(), Some(&digest), &what).await?;
        let image = self.image(&digest, &content, &what)?;
        self.client.manifests.keep(key, image.annotations.clone());
        Ok(image)
    }

    /// The digest behind a tag; none if the registry does not tell without sending the content.
    pub(crate) async fn digest_of(
        &self,
        tag: &str,
        what: &str,
    ) -> Result<Option<ContentDigest>, RegistryError> {
        let url = self.url(&format!("manifests/{tag}"))?;
        let response = self.ask(Method::HEAD, &url, ACCEPT, what).await?;
        match response.status {
            status if status.is_success() => Ok(stated_digest(&response)),
            StatusCode::NOT_FOUND | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                Err(refusal(response, what).await)
            }
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
                Err(refusal(response, what).await)
            }
            // Some registries do not know the method.
            _ => Ok(None),
        }
    }

    /// A manifest and its digest, which is checked: `expected` if it was asked for by that, else what the registry
    /// states, else what it is.
    pub(crate) async fn fetch(
        &self,
        reference: &str,
        expected: Option<&ContentDigest>,
        what: &str,
    ) -> Result<(ContentDigest, Vec<u8>), RegistryError> {
        let url = self.url(&format!("manifests/{reference}"))?;
        let response = self.ask(Method::GET, &url, ACCEPT, what).await?;
        if !response.status.is_success() {
            return Err(refusal(response, what).await);
        }
        let media_type = response.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        if media_type.is_some_and(|media_type| media_type.starts_with(SCHEMA_1)) {
            return Err(unusable(
                what,
                "it is in Docker's schema 1, which is no more supported; push it again",
            ));
        }
        let stated = expected.cloned().or_else(|| stated_digest(&response));
        let content = response.bytes(MAX_MANIFEST).await.map_err(|e| unusable(what, &e.message))?;
        match stated {
            Some(digest) if !digest.is_of(&content) => Err(unusable(
                what,
                &format!(
                    "the registry says that it is {}, but sends {}",
                    digest.as_str(),
                    ContentDigest::of(&content).as_str()
                ),
            )),
            Some(digest) => Ok((digest, content)),
            None => Ok((ContentDigest::of(&content), content)),
        }
    }

    fn image(
        &self,
        digest: &ContentDigest,
        content: &[u8],
        what: &str,
    ) -> Result<TaggedImage, RegistryError> {
        let manifest: Manifest = serde_json::from_slice(content)
            .map_err(|e| unusable(what, &format!("it cannot be read: {e}")))?;
        let texts = manifest.annotations.unwrap_or_default().into_iter();
        let annotations =
            texts.filter_map(|(name, value)| Some((name, value.as_str()?.to_owned()))).collect();
        Ok(TaggedImage { digest: digest.as_str().to_owned(), annotations })
    }
}

fn stated_digest(response: &Inbound) -> Option<ContentDigest> {
    ContentDigest::parse(response.headers.get(DIGEST_HEADER)?.to_str().ok()?.trim())
}

pub(crate) fn unusable(what: &str, why: &str) -> RegistryError {
    RegistryError::Unavailable(format!("the manifest of {what} cannot be used: {why}"))
}
