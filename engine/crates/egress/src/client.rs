//! The clients: one for each tenant and policy, so that no connection is ever shared between tenants.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use windlass_model::call::CallError;
use windlass_model::ids::TenantId;
use windlass_ports::clock::Clock;
use windlass_ports::git::NetworkScope;

use crate::address::AddressPolicy;

/// How long a connection may take to come about.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How many idle connections to one host are kept.
const IDLE_PER_HOST: usize = 4;

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
    /// A resolver is not told the port, and listeners are blocked by theirs.
    port: u16,
}

/// The one way out.
pub struct Egress {
    config: EgressConfig,
    pub(crate) clock: Arc<dyn Clock>,
    clients: Mutex<HashMap<Key, reqwest::Client>>,
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
        port: u16,
    ) -> Result<reqwest::Client, CallError> {
        let key = Key { tenant: scope.tenant.clone(), policy: policy.clone(), insecure, port };
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&key) {
            return Ok(client.clone());
        }
        if clients.len() >= MAX_CLIENTS {
            clients.clear();
        }
        let client = self.build(policy.clone(), insecure, port)?;
        clients.insert(key, client.clone());
        Ok(client)
    }

    fn build(&self, policy: AddressPolicy, insecure: bool, port: u16) -> Result<reqwest::Client, CallError> {
        let failed =
            |e: &dyn std::fmt::Display| CallError::internal(format!("no HTTP client can be made: {e}"));
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("windlass/", env!("CARGO_PKG_VERSION")))
            // Redirects are followed here, hop by hop, each checked again.
            .redirect(reqwest::redirect::Policy::none())
            // A proxy would resolve names for us, and nobody would have judged the addresses.
            .no_proxy()
            .dns_resolver(Arc::new(JudgingResolver { policy, port }))
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_max_idle_per_host(IDLE_PER_HOST)
            .tcp_nodelay(true);
        if insecure {
            let config = rustls::ClientConfig::builder()
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(NoVerifier))
                .with_no_client_auth();
            builder = builder.tls_backend_preconfigured(config);
        } else {
            let mut roots = Vec::new();
            for pem in &self.config.extra_roots {
                roots.extend(reqwest::Certificate::from_pem_bundle(pem).map_err(|e| failed(&e))?);
            }
            builder = if self.config.only_extra_roots {
                builder.tls_certs_only(roots)
            } else {
                builder.tls_certs_merge(roots)
            };
        }
        builder.build().map_err(|e| failed(&e))
    }
}

/// Resolves names and keeps only the addresses that may be reached.
struct JudgingResolver {
    policy: AddressPolicy,
    port: u16,
}

impl Resolve for JudgingResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (policy, port) = (self.policy.clone(), self.port);
        Box::pin(async move {
            let addresses = policy.resolve(name.as_str(), port).await?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

/// Accepts any certificate: what `insecureSkipTLSVerify` asks for.
#[derive(Debug)]
struct NoVerifier;

impl ServerCertVerifier for NoVerifier {
    fn verify_server_cert(
        &self,
        _: &rustls::pki_types::CertificateDer<'_>,
        _: &[rustls::pki_types::CertificateDer<'_>],
        _: &rustls::pki_types::ServerName<'_>,
        _: &[u8],
        _: rustls::pki_types::UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &rustls::pki_types::CertificateDer<'_>,
        _: &rustls::DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &rustls::pki_types::CertificateDer<'_>,
        _: &rustls::DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        rustls::crypto::aws_lc_rs::default_provider().signature_verification_algorithms.supported_schemes()
    }
}
