//! Connections for requests: the address is judged first, then TLS, through a proxy where the step names one.

use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::Uri;
use http::uri::Scheme;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower_service::Service;

use crate::address::{AddressPolicy, BoxError};
use crate::client::CONNECT_TIMEOUT;
use crate::proxy::Proxy;

type Later<T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send>>;

/// Connects to where a request goes.
#[derive(Clone)]
pub(crate) struct Connector {
    pub(crate) policy: Arc<AddressPolicy>,
    pub(crate) tls: Arc<rustls::ClientConfig>,
    /// The same without an offer of HTTP/2: proxies are spoken to in HTTP/1.
    pub(crate) proxy_tls: Arc<rustls::ClientConfig>,
    pub(crate) proxy: Option<Proxy>,
}

/// What a connection is to the client, however many layers it has.
trait Layers: Read + Write + Connection + Send + Unpin {}

impl<T: Read + Write + Connection + Send + Unpin> Layers for T {}

/// An open connection.
pub(crate) struct Stream {
    layers: Box<dyn Layers>,
    /// Whether a proxy reads the requests.
    proxied: bool,
}

impl Connector {
    async fn connect(self, to: Uri) -> Result<Stream, BoxError> {
        let judged = Judged(Arc::clone(&self.policy));
        let Some(proxy) = self.proxy else {
            let layers = HttpsConnector::from((judged, self.tls)).call(to).await?;
            return Ok(Stream { layers: Box::new(layers), proxied: false });
        };
        let mut to_proxy = HttpsConnector::from((judged, self.proxy_tls));
        if to.scheme() == Some(&Scheme::HTTPS) {
            let mut tunnel = Tunnel::new(proxy.uri, to_proxy);
            if let Some(authorization) = proxy.authorization {
                tunnel = tunnel.with_auth(authorization);
            }
            let layers = HttpsConnector::from((tunnel, self.tls)).call(to).await?;
            return Ok(Stream { layers: Box::new(layers), proxied: false });
        }
        let layers = to_proxy.call(proxy.uri).await?;
        Ok(Stream { layers: Box::new(layers), proxied: true })
    }
}

impl Service<Uri> for Connector {
    type Response = Stream;
    type Error = BoxError;
    type Future = Later<Stream>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        Box::pin(self.clone().connect(to))
    }
}

/// Connects to addresses that may be reached.
#[derive(Clone)]
struct Judged(Arc<AddressPolicy>);

impl Judged {
    async fn connect(self, to: Uri) -> Result<TokioIo<TcpStream>, BoxError> {
        let standard = if to.scheme() == Some(&Scheme::HTTPS) { 443 } else { 80 };
        let port = to.port_u16().unwrap_or(standard);
        // A resolver is only asked about names.
        let host = to.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
        if let Ok(ip) = host.parse::<IpAddr>() {
            self.0.check(SocketAddr::new(ip, port))?;
        }
        let mut connector = HttpConnector::new_with_resolver(Resolver { policy: self.0, port });
        connector.enforce_http(false);
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(CONNECT_TIMEOUT));
        Ok(connector.call(to).await?)
    }
}

impl Service<Uri> for Judged {
    type Response = TokioIo<TcpStream>;
    type Error = BoxError;
    type Future = Later<Self::Response>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        Box::pin(self.clone().connect(to))
    }
}

/// Resolves names and keeps only the addresses that may be reached.
#[derive(Clone)]
struct Resolver {
    policy: Arc<AddressPolicy>,
    port: u16,
}

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = BoxError;
    type Future = Later<Self::Response>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let Self { policy, port } = self.clone();
        Box::pin(async move { Ok(policy.resolve(name.as_str(), port).await?.into_iter()) })
    }
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        self.layers.connected().proxy(self.proxied)
    }
}

impl Read for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.layers).poll_read(cx, buffer)
    }
}

impl Write for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.layers).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.layers).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.layers).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.layers.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[std::io::IoSlice<'_>],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.layers).poll_write_vectored(cx, bytes)
    }
}
