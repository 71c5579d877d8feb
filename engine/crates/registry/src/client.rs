//! The client: what outlives one question.

use std::sync::Arc;

use async_trait::async_trait;
use windlass_egress::Egress;
use windlass_ports::clock::Clock;
use windlass_ports::credentials::Credential;
use windlass_ports::git::NetworkScope;
use windlass_ports::images::{ImageRepository, Images, RegistryError, TaggedImage};

use crate::manifest::ManifestCache;
use crate::reference::Repository;
use crate::scheme::Schemes;
use crate::session::{Session, Wire};
use crate::token::TokenCache;

/// Reads image registries. Tokens and annotations are kept, apart for each tenant and credential.
pub struct RegistryClient {
    egress: Arc<Egress>,
    clock: Arc<dyn Clock>,
    pub(crate) tokens: TokenCache,
    pub(crate) manifests: ManifestCache,
    pub(crate) schemes: Schemes,
}

impl RegistryClient {
    /// A client that knows no registry yet. `clock` is that of the way out.
    #[must_use]
    pub fn new(egress: Arc<Egress>, clock: Arc<dyn Clock>) -> Self {
        Self {
            egress,
            clock,
            tokens: TokenCache::default(),
            manifests: ManifestCache::default(),
            schemes: Schemes::default(),
        }
    }

    async fn session<'a>(
        &'a self,
        scope: &'a NetworkScope,
        credential: Option<&'a Credential>,
        repository: &ImageRepository,
    ) -> Result<Session<'a>, RegistryError> {
        let wire = Wire {
            egress: &self.egress,
            clock: &*self.clock,
            scope,
            credential,
            insecure: repository.insecure_skip_tls_verify,
        };
        Session::open(self, wire, Repository::parse(&repository.url)?).await
    }
}

#[async_trait]
impl Images for RegistryClient {
    async fn tags(
        &self,
        scope: &NetworkScope,
        credential: Option<&Credential>,
        repository: &ImageRepository,
    ) -> Result<Vec<String>, RegistryError> {
        self.session(scope, credential, repository).await?.tags().await
    }

    async fn resolve(
        &self,
        scope: &NetworkScope,
        credential: Option<&Credential>,
        repository: &ImageRepository,
        tag: &str,
    ) -> Result<TaggedImage, RegistryError> {
        self.session(scope, credential, repository).await?.resolve(tag).await
    }
}
