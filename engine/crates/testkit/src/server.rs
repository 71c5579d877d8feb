//! One listener on which the servers stand side by side: `/git/`, `/v2/`, `/api/` and `/apis/`, answers made beforehand
//! beneath the rest.

mod accept;
#[cfg(feature = "tls")]
mod tls;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::git::GitServer;
use crate::kubernetes::KubernetesApi;
use crate::registry::OciRegistry;
use crate::routes::Routes;

#[cfg(feature = "tls")]
pub use tls::{TlsError, TlsIdentity};

/// What stands on the listener, and where it listens.
#[derive(Debug, Clone)]
pub struct ServerConfig {
    /// The address; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Git beneath `/git/`.
    pub git: Option<GitServer>,
    /// A registry beneath `/v2/`.
    pub registry: Option<OciRegistry>,
    /// A Kubernetes API beneath `/api/` and `/apis/`. Its Applications are synced from the repositories of `git`.
    pub kubernetes: Option<KubernetesApi>,
    /// Answers made beforehand, beneath every other path.
    pub routes: Option<Routes>,
    /// Speak TLS.
    #[cfg(feature = "tls")]
    pub tls: Option<TlsIdentity>,
}

impl Default for ServerConfig {
    /// Nothing, on a free port of 127.0.0.1.
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            git: None,
            registry: None,
            kubernetes: None,
            routes: None,
            #[cfg(feature = "tls")]
            tls: None,
        }
    }
}

/// A server that could not be started.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The address is taken, or is none of this machine's.
    #[error("cannot listen on {address}: {source}; name another address, or port 0 for a free one")]
    Listen {
        /// Where it should have listened.
        address: SocketAddr,
        /// What the operating system says.
        source: std::io::Error,
    },
}

/// Where a server is, and when it ends: what its parts need to know.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    /// The URL of the whole, without a final `/`.
    pub(crate) url: String,
    /// Fires when the server stops.
    pub(crate) stop: CancellationToken,
}

/// A running server. It ends when it is dropped, with every connection.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    site: Site,
    tasks: Vec<JoinHandle<()>>,
}

impl Server {
    /// Starts to listen; must be called within a tokio runtime.
    ///
    /// # Errors
    /// If the address cannot be listened on.
    pub async fn start(config: ServerConfig) -> Result<Self, ServerError> {
        let failed = |source| ServerError::Listen { address: config.listen, source };
        let listener = TcpListener::bind(config.listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let acceptor = acceptor(&config);
        let scheme = if acceptor.is_some() { "https" } else { "http" };
        let site = Site { url: format!("{scheme}://{address}"), stop: CancellationToken::new() };
        let mut tasks = Vec::new();
        if let Some(kubernetes) = &config.kubernetes {
            tasks.push(tokio::spawn(kubernetes.clone().control(config.git.clone(), site.clone())));
        }
        let router = router(&config, &site);
        tasks.push(tokio::spawn(accept::run(listener, router, acceptor, site.stop.clone())));
        Ok(Self { address, site, tasks })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its URL, without a final `/`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.site.url
    }

    /// The URL of a Git repository by its name, such as `app.git`.
    #[must_use]
    pub fn git_url(&self, name: &str) -> String {
        format!("{}/git/{name}", self.site.url)
    }

    /// How image references name an image repository of its registry: without a scheme.
    #[must_use]
    pub fn image_name(&self, repository: &str) -> String {
        format!("{}/{repository}", self.address)
    }

    /// Stops: takes no more connections, ends watches and whatever hangs on purpose, and waits until the exchanges under
    /// way are done.
    pub async fn stop(mut self) {
        self.site.stop.cancel();
        for task in std::mem::take(&mut self.tasks) {
            // It can only have been cancelled, or have panicked, and has ended in both cases.
            let _ = task.await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.site.stop.cancel();
        for task in &self.tasks {
            task.abort();
        }
    }
}

fn router(config: &ServerConfig, site: &Site) -> Router {
    let mut router = Router::new();
    if let Some(git) = &config.git {
        router = router.merge(git.router(site));
    }
    if let Some(registry) = &config.registry {
        router = router.merge(registry.router(site));
    }
    if let Some(kubernetes) = &config.kubernetes {
        router = router.merge(kubernetes.router(site));
    }
    if let Some(routes) = &config.routes {
        router = router.fallback_service(routes.handler());
    }
    router
}

#[cfg(feature = "tls")]
type Acceptor = tokio_rustls::TlsAcceptor;
/// Without the feature `tls` there is none.
#[cfg(not(feature = "tls"))]
type Acceptor = std::convert::Infallible;

#[cfg(feature = "tls")]
fn acceptor(config: &ServerConfig) -> Option<Arc<Acceptor>> {
    config.tls.as_ref().map(|identity| Arc::new(identity.acceptor()))
}

#[cfg(not(feature = "tls"))]
fn acceptor(_config: &ServerConfig) -> Option<Arc<Acceptor>> {
    None
}
