//! The clients: one for each tenant and policy, so that no connection is ever shared between tenants.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyper_util::rt::{TokioExecutor, TokioTimer};
use windlass_model::call::CallError;
use windlass_model::ids::TenantId;
use windlass_ports::clock::Clock;
use windlass_ports::git::NetworkScope;

use crate::address::AddressPolicy;
use crate::connector::Connector;
use crate::proxy::Proxy;
use crate::send::Body;

/// How long a connection may take to come about.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How many idle connections to one host are kept.
const IDLE_PER_HOST: usize = 4;

/// How long an idle connection is kept.
const IDLE_TIMEOUT: Duration = Duration::from_secs(90);

/// More clients than this mean that policies come and go: start afresh.
const MAX_CLIENTS: usize = 256;

/// What the client is told by the operator.
#[derive(Debug, Clone, Default)]
pub struct EgressConfig {
    /// The engine's own listeners and the service address of the cluster's API; port 0 means every port.
    pub blocked: Vec<SocketAddr>,
    /// Certificates that are trusted beside the system's, in PEM.
    pub extra_roots: Vec<Vec<u8>>,
    /// Trust `extra_roots` alone and not the system's.
    pub only_extra_roots: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    tenant: TenantId,
    policy: AddressPolicy,
    insecure: bool,
    proxy: Option<Proxy>,
}

/// Sends requests over connections that it keeps.
pub(crate) type Client = hyper_util::client::legacy::Client<Connector, Body>;

/// The one way out.
pub struct Egress {
    config: EgressConfig,
    pub(crate) clock: Arc<dyn Clock>,
    clients: Mutex<HashMap<Key, Client>>,
}

impl Egress {
    /// A way out that has no connections yet.
    #[must_use]
    pub fn new(config: EgressConfig, clock: Arc<dyn Clock>) -> Self {
        // Two providers could be compiled in by a dependency's features; the first to be installed stays.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        Self { config, clock, clients: Mutex::new(HashMap::new()) }
    }

    /// The addresses that a scope may reach.
    pub(crate) fn policy(&self, scope: &NetworkScope) -> AddressPolicy {
        AddressPolicy {
            public_only: scope.public_only,
            granted: scope.granted.clone(),
            blocked: self.config.blocked.clone(),
        }
    }

    /// The client of a tenant under a policy.
    pub(crate) fn client(
        &self,
        scope: &NetworkScope,
        policy: &AddressPolicy,
        insecure: bool,
        proxy: Option<Proxy>,
    ) -> Result<Client, CallError> {
        let key = Key { tenant: scope.tenant.clone(), policy: policy.clone(), insecure, proxy };
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&key) {
            return Ok(client.clone());
        }
        if clients.len() >= MAX_CLIENTS {
            clients.clear();
        }
        let client = self.build(&key)?;
        clients.insert(key, client.clone());
        Ok(client)
    }

    fn build(&self, key: &Key) -> Result<Client, CallError> {
        let mut proxy_tls = crate::trust::tls(&self.config, key.insecure)?;
        let mut tls = proxy_tls.clone();
        tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        proxy_tls.alpn_protocols = vec![b"http/1.1".to_vec()];
        let connector = Connector {
            policy: Arc::new(key.policy.clone()),
            tls: Arc::new(tls),
            proxy_tls: Arc::new(proxy_tls),
            proxy: key.proxy.clone(),
        };
        Ok(hyper_util::client::legacy::Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .pool_max_idle_per_host(IDLE_PER_HOST)
            .build(connector))
    }
}
