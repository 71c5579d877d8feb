//! Image registries, as discovery needs them.

use std::collections::BTreeMap;

use async_trait::async_trait;
use windlass_model::time::Timestamp;

use crate::credentials::Credential;
use crate::git::NetworkScope;

/// Why a registry gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    /// There is no such repository or tag.
    #[error("{0} does not exist in the registry")]
    NotFound(String),
    /// The registry refuses these credentials, or any without.
    #[error("the registry refuses access to {0}; check the credentials")]
    Unauthorized(String),
    /// The name is not that of an image.
    #[error("{0:?} is not the name of an image repository")]
    InvalidName(String),
    /// Anything else.
    #[error("{0}")]
    Unavailable(String),
}

/// One image behind a tag.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaggedImage {
    /// The digest of the manifest or index.
    pub digest: String,
    /// Its annotations.
    pub annotations: BTreeMap<String, String>,
}

/// Everything that selection may want to know of an image.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InspectedImage {
    /// The digest of the manifest or index.
    pub digest: String,
    /// Its annotations.
    pub annotations: BTreeMap<String, String>,
    /// The images of an index, without those that only attest something; none if it is no index.
    pub index: Option<Vec<PlatformImage>>,
    /// The image, if it is no index.
    pub image: PlatformImage,
}

/// An image for one platform.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlatformImage {
    /// `os/arch` or `os/arch/variant`.
    pub platform: String,
    /// The annotations of its manifest.
    pub annotations: BTreeMap<String, String>,
    /// The labels in its configuration.
    pub labels: BTreeMap<String, String>,
    /// When it was built, by its configuration.
    pub created_at: Option<Timestamp>,
}

/// An image repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageRepository {
    /// As the subscription names it.
    pub url: String,
    /// Do not check the server's certificate.
    pub insecure_skip_tls_verify: bool,
}

/// Reads image registries.
#[async_trait]
pub trait Images: Send + Sync {
    /// Every tag of a repository, over all pages.
    async fn tags(
        &self,
        scope: &NetworkScope,
        credential: Option<&Credential>,
        repository: &ImageRepository,
    ) -> Result<Vec<String>, RegistryError>;

    /// What a tag points to.
    async fn resolve(
        &self,
        scope: &NetworkScope,
        credential: Option<&Credential>,
        repository: &ImageRepository,
        tag: &str,
    ) -> Result<TaggedImage, RegistryError>;

    /// Everything about what a tag points to. With `cache_by_tag` a tag that was looked at once is taken to stay where
    /// it is.
    async fn inspect(
        &self,
        scope: &NetworkScope,
        credential: Option<&Credential>,
        repository: &ImageRepository,
        tag: &str,
        cache_by_tag: bool,
    ) -> Result<InspectedImage, RegistryError>;
}
