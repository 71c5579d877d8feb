//! Logging in with keys that are no passwords: services give short-lived tokens for them. One file for each service.
//!
//! The keys are those of Secrets, told by whoever made them. Where a token is asked for is fixed, or follows from the
//! address of the repository, never from the key: a tenant's key must not send requests elsewhere. The identity of the
//! machine itself is never used.

mod ask;
mod cache;
mod ecr;
mod github;
mod google;
mod jwt;
mod sigv4;

use std::sync::Arc;

use url::Url;
use windlass_egress::Egress;
use windlass_model::grant::pattern::AddressRange;
use windlass_model::manifest::secret::SecretValue;
use windlass_ports::clock::Clock;
use windlass_ports::git::NetworkScope;

pub use ecr::{AwsKey, EcrRegistry};
pub use github::GithubApp;
pub use google::is_google_registry;

use cache::Cache;

/// A user and a token that is good for a while.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    /// The user that goes with it.
    pub username: &'static str,
    /// The token.
    pub token: SecretValue,
}

/// Where services are, which tests have elsewhere.
#[derive(Debug, Clone, Default)]
pub struct Endpoints {
    /// In place of `https://api.ecr.REGION.amazonaws.com`.
    pub ecr: Option<Url>,
    /// In place of `https://oauth2.googleapis.com/token`.
    pub google: Option<Url>,
}

/// What of the network may be reached for somebody.
#[derive(Debug, Clone, Default)]
pub struct Reach {
    /// No loopback and no private addresses.
    pub public_only: bool,
    /// But these.
    pub granted: Vec<AddressRange>,
}

/// What makes a network scope for one exchange.
pub type Network = Box<dyn Fn(Reach) -> NetworkScope + Send + Sync>;

/// Gets tokens, and keeps them as long as they are good.
pub struct Logins {
    egress: Arc<Egress>,
    clock: Arc<dyn Clock>,
    network: Network,
    endpoints: Endpoints,
    cache: Cache,
}

impl Logins {
    /// Asks over `egress`, each time with a network scope that `network` makes.
    #[must_use]
    pub fn new(egress: Arc<Egress>, clock: Arc<dyn Clock>, network: Network, endpoints: Endpoints) -> Self {
        Self { egress, clock, network, endpoints, cache: Cache::default() }
    }
}
