//! A Git server, a registry, answers made beforehand, and discovery that looks into them.

use std::sync::Arc;

use serde_json::{Value, json};
use tempfile::TempDir;
use windlass_discovery::{Depth, DiscoverError, Discovery, DiscoveryPorts};
use windlass_egress::{Egress, EgressConfig};
use windlass_git::{GitHost, GitHostConfig, IntegrationPolicy, KnownHosts};
use windlass_model::discovered::DiscoveredArtifacts;
use windlass_model::ids::ProjectName;
use windlass_model::manifest::warehouse::Warehouse;
use windlass_model::time::Timestamp;
use windlass_ports::clock::{Clock, FakeClock};
use windlass_ports::credentials::{Credential, Credentials, GitCredential};
use windlass_registry::RegistryClient;
use windlass_testkit::git::GitServerConfig;
use windlass_testkit::network::open_scope;
use windlass_testkit::registry::{OciRegistry, RegistryConfig};
use windlass_testkit::{GitServer, Routes, Server, ServerConfig};

pub(crate) struct Fixture {
    pub(crate) git: GitServer,
    pub(crate) registry: OciRegistry,
    pub(crate) routes: Routes,
    pub(crate) server: Server,
    pub(crate) clock: Arc<FakeClock>,
    discovery: Discovery,
    _dir: TempDir,
}

/// No repository has a credential.
struct Anonymous;

#[async_trait::async_trait]
impl Credentials for Anonymous {
    async fn find_git(&self, _: &ProjectName, _: &str) -> Result<Option<GitCredential>, String> {
        Ok(None)
    }

    async fn find_image(&self, _: &ProjectName, _: &str) -> Result<Option<Credential>, String> {
        Ok(None)
    }

    async fn find_chart(&self, _: &ProjectName, _: &str) -> Result<Option<Credential>, String> {
        Ok(None)
    }
}

pub(crate) fn start_time() -> Timestamp {
    "2026-03-01T00:00:00Z".parse().unwrap()
}

impl Fixture {
    pub(crate) async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("git")).unwrap();
        let clock = Arc::new(FakeClock::new(start_time()));
        let shared: Arc<dyn Clock> = clock.clone();
        let (git, routes) =
            (GitServer::new(GitServerConfig::open(dir.path().join("git"))), Routes::default());
        let registry = OciRegistry::new(RegistryConfig::open(Arc::clone(&shared)));
        let config = ServerConfig {
            git: Some(git.clone()),
            registry: Some(registry.clone()),
            routes: Some(routes.clone()),
            ..ServerConfig::default()
        };
        let server = Server::start(config).await.unwrap();
        let egress = Arc::new(Egress::new(EgressConfig::default(), Arc::clone(&shared)));
        let registries = Arc::new(RegistryClient::new(Arc::clone(&egress), Arc::clone(&shared)));
        let host = GitHost::new(GitHostConfig {
            mirrors: dir.path().join("mirrors"),
            egress,
            integration: IntegrationPolicy::default(),
            known_hosts: KnownHosts::default(),
        });
        let ports = DiscoveryPorts {
            clock: shared,
            git: Arc::new(host),
            images: registries.clone(),
            charts: registries,
            credentials: Arc::new(Anonymous),
        };
        let discovery = Discovery::new(ports, "shop".parse().unwrap(), open_scope(), Vec::new());
        Self { git, registry, routes, server, clock, discovery, _dir: dir }
    }

    /// What a warehouse with one subscription finds.
    pub(crate) async fn find(&self, subscription: Value) -> Result<DiscoveredArtifacts, DiscoverError> {
        self.find_again(subscription, None).await
    }

    pub(crate) async fn find_again(
        &self,
        subscription: Value,
        previous: Option<&DiscoveredArtifacts>,
    ) -> Result<DiscoveredArtifacts, DiscoverError> {
        let warehouse = json!({"metadata": {"name": "main"}, "spec": {"subscriptions": [subscription]}});
        let warehouse: Warehouse = serde_json::from_value(warehouse).unwrap();
        let now = self.clock.now();
        self.discovery.discover_again(&warehouse, Depth::Limit, previous, now).await
    }
}

/// A subscription with more fields.
pub(crate) fn with(mut subscription: Value, more: &Value) -> Value {
    let fields = subscription.as_object_mut().unwrap();
    fields.extend(more.as_object().unwrap().clone());
    subscription
}
