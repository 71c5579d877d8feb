//! Listening.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use windlass_ports::clock::Clock;
use windlass_ports::control_plane::ControlPlane;

use crate::access::Access;
use crate::metrics::Metrics;
use crate::routes;

/// What the program says of itself.
#[derive(Debug, Clone)]
pub struct Build {
    /// Its version.
    pub version: String,
    /// The commit that it was made of, if that is known.
    pub commit: String,
}

/// How to serve.
pub struct ServerConfig {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// How callers are known.
    pub access: Access,
    /// What the program says of itself.
    pub build: Build,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// What is asked.
    pub control: Arc<dyn ControlPlane>,
    /// Ends everything.
    pub stop: CancellationToken,
}

/// What handlers share.
pub(crate) struct Shared {
    pub(crate) access: Access,
    pub(crate) build: Build,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) control: Arc<dyn ControlPlane>,
    pub(crate) metrics: Metrics,
    pub(crate) stop: CancellationToken,
}

/// A server that listens.
pub struct Server {
    address: SocketAddr,
    served: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Server {
    /// Starts to listen and to answer.
    ///
    /// # Errors
    /// If the address cannot be listened on.
    pub async fn start(config: ServerConfig) -> std::io::Result<Self> {
        let listener = TcpListener::bind(config.listen).await?;
        let address = listener.local_addr()?;
        let stop = config.stop.clone();
        let shared = Arc::new(Shared {
            access: config.access,
            build: config.build,
            clock: config.clock,
            control: config.control,
            metrics: Metrics::default(),
            stop: config.stop,
        });
        let routes = routes::router(shared);
        let served = tokio::spawn(async move {
            axum::serve(listener, routes).with_graceful_shutdown(stop.cancelled_owned()).await
        });
        Ok(Self { address, served })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until it has ended.
    ///
    /// # Errors
    /// If listening failed.
    pub async fn ended(self) -> std::io::Result<()> {
        self.served.await.map_err(std::io::Error::other)?
    }
}
