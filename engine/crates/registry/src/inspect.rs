//! Everything about an image: its platforms, its configuration's date and labels. All of it is content found by its
//! digest, so it is asked for once; a tag that was seen costs one small question for its digest.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use http::Method;
use serde::Deserialize;
use serde_json::Value;
use windlass_model::digest::Digest;
use windlass_model::ids::TenantId;
use windlass_ports::images::{InspectedImage, PlatformImage, RegistryError};

use crate::answer::refusal;
use crate::digest::ContentDigest;
use crate::manifest::unusable;
use crate::reference::is_tag;
use crate::session::Session;

/// The largest configuration that is read, in bytes.
const MAX_CONFIG: u64 = 8 << 20;

/// An index may list so many images.
const MAX_MEMBERS: usize = 64;

/// Images, and tags, that are kept; beyond that all are asked for anew.
const MAX_KEPT: usize = 100_000;

/// What is known of images.
#[derive(Debug, Default)]
pub(crate) struct Inspected(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    images: HashMap<Key, InspectedImage>,
    /// The digests behind tags that are taken to stay where they are.
    tags: HashMap<Key, ContentDigest>,
}

/// A tag or a digest in a repository, as one tenant sees it with one credential.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    tenant: TenantId,
    credential: Digest,
    host: String,
    path: String,
    reference: String,
}

/// A manifest or an index.
#[derive(Deserialize)]
struct Document {
    annotations: Option<BTreeMap<String, Value>>,
    manifests: Option<Vec<Descriptor>>,
    config: Option<Descriptor>,
}

#[derive(Deserialize)]
struct Descriptor {
    digest: String,
    platform: Option<Platform>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Platform {
    os: String,
    architecture: String,
    variant: String,
}

/// The configuration of an image.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Config {
    created: Option<String>,
    #[serde(flatten)]
    platform: Platform,
    config: Option<Settings>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Settings {
    #[serde(rename = "Labels")]
    labels: Option<BTreeMap<String, String>>,
}

impl Platform {
    fn shown(&self) -> String {
        let Self { os, architecture, variant } = self;
        if variant.is_empty() {
            format!("{os}/{architecture}")
        } else {
            format!("{os}/{architecture}/{variant}")
        }
    }
}

impl Inspected {
    fn with<T>(&self, work: impl FnOnce(&mut Known) -> T) -> T {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.images.len() >= MAX_KEPT || known.tags.len() >= MAX_KEPT {
            *known = Known::default();
        }
        work(&mut known)
    }
}

impl Session<'_> {
    /// Everything about what a tag points to.
    pub(crate) async fn inspect(
        &self,
        tag: &str,
        cache_by_tag: bool,
    ) -> Result<InspectedImage, RegistryError> {
        let what = format!("{}:{tag}", self.repository);
        if !is_tag(tag) {
            return Err(RegistryError::NotFound(what));
        }
        let inspected = &self.client.inspected;
        let seen = inspected.with(|known| known.tags.get(&self.key(tag)).filter(|_| cache_by_tag).cloned());
        let digest = match seen {
            Some(digest) => Some(digest),
            None => self.digest_of(tag, &what).await?,
        };
        if let Some(digest) = &digest {
            let known = inspected.with(|known| known.images.get(&self.key(digest.as_str())).cloned());
            if let Some(image) = known {
                self.remember(tag, digest, cache_by_tag);
                return Ok(image);
            }
        }
        let reference = digest.as_ref().map_or(tag, ContentDigest::as_str);
        let (digest, content) = self.fetch(reference, digest.as_ref(), &what).await?;
        let image = self.read(&digest, &content, &what).await?;
        inspected.with(|known| known.images.insert(self.key(digest.as_str()), image.clone()));
        self.remember(tag, &digest, cache_by_tag);
        Ok(image)
    }

    fn remember(&self, tag: &str, digest: &ContentDigest, cache_by_tag: bool) {
        if cache_by_tag {
            self.client.inspected.with(|known| known.tags.insert(self.key(tag), digest.clone()));
        }
    }

    fn key(&self, reference: &str) -> Key {
        Key {
            tenant: self.wire.scope.tenant.clone(),
            credential: self.wire.credential_digest(),
            host: self.repository.host.clone(),
            path: self.repository.path.clone(),
            reference: reference.to_owned(),
        }
    }

    async fn read(
        &self,
        digest: &ContentDigest,
        content: &[u8],
        what: &str,
    ) -> Result<InspectedImage, RegistryError> {
        let document = document(content, what)?;
        let annotations = texts(document.annotations.clone());
        let digest = digest.as_str().to_owned();
        let Some(members) = document.manifests else {
            let image = self.platform_image(document, None, what).await?;
            return Ok(InspectedImage { digest, annotations, index: None, image });
        };
        let is_image = |member: &Descriptor| {
            member.platform.as_ref().is_none_or(|p| p.os != "unknown" || p.architecture != "unknown")
        };
        let members: Vec<Descriptor> = members.into_iter().filter(is_image).collect();
        if members.len() > MAX_MEMBERS {
            return Err(unusable(what, &format!("it lists more than {MAX_MEMBERS} images")));
        }
        let mut images = Vec::with_capacity(members.len());
        for member in members {
            let expected = self.digest_in(&member.digest, what)?;
            let (_, content) = self.fetch(expected.as_str(), Some(&expected), what).await?;
            images.push(self.platform_image(self::document(&content, what)?, member.platform, what).await?);
        }
        Ok(InspectedImage { digest, annotations, index: Some(images), image: PlatformImage::default() })
    }

    /// One image; `listed` is the platform that the index says it is for.
    async fn platform_image(
        &self,
        document: Document,
        listed: Option<Platform>,
        what: &str,
    ) -> Result<PlatformImage, RegistryError> {
        let config = match document.config {
            Some(config) => self.config(&self.digest_in(&config.digest, what)?, what).await?,
            None => Config::default(),
        };
        Ok(PlatformImage {
            platform: listed.unwrap_or(config.platform).shown(),
            annotations: texts(document.annotations),
            labels: config.config.and_then(|settings| settings.labels).unwrap_or_default(),
            created_at: config.created.and_then(|text| text.parse().ok()),
        })
    }

    /// The configuration of an image. What is no image has another one, of which nothing is known.
    async fn config(&self, digest: &ContentDigest, what: &str) -> Result<Config, RegistryError> {
        let url = self.url(&format!("blobs/{}", digest.as_str()))?;
        let response = self.ask(Method::GET, &url, "*/*", what).await?;
        if !response.status.is_success() {
            return Err(refusal(response, &format!("the configuration of {what}")).await);
        }
        let content = response.bytes(MAX_CONFIG).await.map_err(|e| unusable(what, &e.message))?;
        if !digest.is_of(&content) {
            return Err(unusable(what, "the registry sends another configuration than the manifest names"));
        }
        Ok(serde_json::from_slice(&content).unwrap_or_default())
    }

    fn digest_in(&self, text: &str, what: &str) -> Result<ContentDigest, RegistryError> {
        ContentDigest::parse(text).ok_or_else(|| unusable(what, "it names content by what is no digest"))
    }
}

fn document(content: &[u8], what: &str) -> Result<Document, RegistryError> {
    serde_json::from_slice(content).map_err(|e| unusable(what, &format!("it cannot be read: {e}")))
}

fn texts(annotations: Option<BTreeMap<String, Value>>) -> BTreeMap<String, String> {
    let annotations = annotations.unwrap_or_default().into_iter();
    annotations.filter_map(|(name, value)| Some((name, value.as_str()?.to_owned()))).collect()
}
