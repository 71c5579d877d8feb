//! An OCI registry in memory (distribution-spec 1.1): push and pull, tags in pages, tokens.

mod answer;
mod auth;
mod blob;
mod image;
mod manifest;
mod name;
mod serve;
mod store;
mod tags;
mod upload;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::routing::any;
use bytes::Bytes;
use windlass_model::digest::Digest;
use windlass_ports::clock::Clock;

use crate::gate::Gate;
use crate::login::Login;
use crate::server::Site;
use auth::Tokens;
use store::Store;

pub use image::{AddedImage, ImageFormat, NewImage, Platform};
pub use store::RegistryRefusal;

/// How clients show who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegistryAuth {
    /// Not at all: everyone may pull and push.
    Open,
    /// With a user and a password in each request.
    Basic(Login),
    /// With a token that the registry's token endpoint gives to this login. Without the login it gives tokens that
    /// allow to pull, if `anonymous_pull` is set.
    Bearer {
        /// Who may pull and push.
        login: Login,
        /// Everyone may pull, but needs a token for it.
        anonymous_pull: bool,
    },
}

/// How a registry behaves.
#[derive(Clone)]
pub struct RegistryConfig {
    /// How clients show who they are.
    pub auth: RegistryAuth,
    /// A page of tags has as many at most, whatever the client asks for.
    pub page_size: usize,
    /// Until when tokens are good, in seconds from when they are given.
    pub token_seconds: u32,
    /// Leave the digest out of answers about manifests, as some registries do.
    pub omit_digest_header: bool,
    /// Tells when tokens have expired.
    pub clock: Arc<dyn Clock>,
}

impl RegistryConfig {
    /// Open to everyone, with pages of 100 tags and tokens for five minutes.
    pub fn open(clock: Arc<dyn Clock>) -> Self {
        Self {
            auth: RegistryAuth::Open,
            page_size: 100,
            token_seconds: 300,
            omit_digest_header: false,
            clock,
        }
    }
}

impl std::fmt::Debug for RegistryConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RegistryConfig").field("auth", &self.auth).finish_non_exhaustive()
    }
}

/// A registry. Clones are the same registry.
#[derive(Debug, Clone)]
pub struct OciRegistry(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    config: RegistryConfig,
    gate: Gate,
    store: Mutex<Store>,
    tokens: Mutex<Tokens>,
}

impl OciRegistry {
    /// An empty registry.
    #[must_use]
    pub fn new(config: RegistryConfig) -> Self {
        Self(Arc::new(Inner {
            config,
            gate: Gate::default(),
            store: Mutex::default(),
            tokens: Mutex::default(),
        }))
    }

    /// What was asked of it, and what shall fail.
    #[must_use]
    pub fn gate(&self) -> &Gate {
        &self.0.gate
    }

    /// Puts a small image behind a tag, with everything that belongs to it.
    ///
    /// # Errors
    /// If the name or the tag is not allowed, or there is no more room.
    pub fn add_image(
        &self,
        repository: &str,
        tag: &str,
        image: &NewImage,
    ) -> Result<AddedImage, RegistryRefusal> {
        image.add_to(&mut self.store(), repository, tag)
    }

    /// Puts a blob into a repository.
    ///
    /// # Errors
    /// If the name is not allowed, or there is no more room.
    pub fn add_blob(&self, repository: &str, content: impl Into<Bytes>) -> Result<Digest, RegistryRefusal> {
        self.store().add_blob(repository, content.into())
    }

    /// Puts any manifest behind a tag, without looking at what it refers to.
    ///
    /// # Errors
    /// If the name or the tag is not allowed, or there is no more room.
    pub fn add_manifest(
        &self,
        repository: &str,
        tag: &str,
        media_type: &str,
        content: impl Into<Bytes>,
    ) -> Result<Digest, RegistryRefusal> {
        self.store().add_manifest(repository, Some(tag), media_type, content.into())
    }

    /// The digest behind a tag, and the bytes of its manifest.
    #[must_use]
    pub fn manifest(&self, repository: &str, tag: &str) -> Option<(Digest, Bytes)> {
        let store = self.store();
        let (digest, manifest) = store.find_manifest(repository, tag)?;
        Some((digest, manifest.content.clone()))
    }

    /// Every tag of a repository in byte order.
    #[must_use]
    pub fn tags(&self, repository: &str) -> Vec<String> {
        self.store().tags(repository).unwrap_or_default()
    }

    /// Takes every token back that was given.
    pub fn revoke_tokens(&self) {
        *self.0.tokens.lock().unwrap_or_else(PoisonError::into_inner) = Tokens::default();
    }

    pub(crate) fn router(&self, site: &Site) -> Router {
        let state = serve::Door { registry: self.clone(), url: site.url.clone() };
        let router = Router::new()
            .route("/v2", any(serve::serve))
            .route("/v2/", any(serve::serve))
            .route("/v2/{*path}", any(serve::serve))
            .with_state(state);
        self.0.gate.guard(router, &site.stop)
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        self.0.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
