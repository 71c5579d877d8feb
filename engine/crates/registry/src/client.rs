//! The client: what outlives one question.

use std::num::NonZeroU32;
use std::sync::Arc;

use async_trait::async_trait;
use windlass_egress::Egress;
use windlass_ports::charts::{ChartSource, Charts};
use windlass_ports::clock::Clock;
use windlass_ports::credentials::Credential;
use windlass_ports::git::NetworkScope;
use windlass_ports::images::{ImageRepository, Images, InspectedImage, RegistryError, TaggedImage};

use crate::charts::{ChartIndexes, OCI};
use crate::inspect::Inspected;
use crate::manifest::ManifestCache;
use crate::pace::Pace;
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
    pub(crate) inspected: Inspected,
    pub(crate) indexes: ChartIndexes,
    pub(crate) schemes: Schemes,
    pace: Option<Pace>,
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
            inspected: Inspected::default(),
            indexes: ChartIndexes::default(),
            schemes: Schemes::default(),
            pace: None,
        }
    }

    /// The same, asking each registry so many times a second at most. Kargo's default is 20.
    #[must_use]
    pub fn limited_to(self, per_second: NonZeroU32) -> Self {
        Self { pace: Some(Pace::new(per_second)), ..self }
    }

    async fn session<'a>(
        &'a self,
        scope: &'a NetworkScope,
        credential: Option<&'a Credential>,
        repository: &ImageRepository,
    ) -> Result<Session<'a>, RegistryError> {
        let wire = self.wire(scope, credential, repository.insecure_skip_tls_verify);
        Session::open(self, wire, Repository::parse(&repository.url)?).await
    }

    fn wire<'a>(
        &'a self,
        scope: &'a NetworkScope,
        credential: Option<&'a Credential>,
        insecure: bool,
    ) -> Wire<'a> {
        Wire {
            egress: &self.egress,
            clock: &*self.clock,
            pace: self.pace.as_ref(),
            scope,
            credential,
            insecure,
        }
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

    async fn inspect(
        &self,
        scope: &NetworkScope,
        credential: Option<&Credential>,
        repository: &ImageRepository,
        tag: &str,
        cache_by_tag: bool,
    ) -> Result<InspectedImage, RegistryError> {
        self.session(scope, credential, repository).await?.inspect(tag, cache_by_tag).await
    }
}

#[async_trait]
impl Charts for RegistryClient {
    async fn versions(
        &self,
        scope: &NetworkScope,
        credential: Option<&Credential>,
        chart: &ChartSource,
    ) -> Result<Vec<String>, RegistryError> {
        let insecure_skip_tls_verify = chart.insecure_skip_tls_verify;
        match chart.url.strip_prefix(OCI) {
            Some(url) => {
                let repository = ImageRepository { url: url.to_owned(), insecure_skip_tls_verify };
                self.tags(scope, credential, &repository).await
            }
            None => {
                let wire = self.wire(scope, credential, insecure_skip_tls_verify);
                self.indexes.versions(&wire, &chart.url, &chart.name).await
            }
        }
    }
}
