//! A client under test, registries that behave, and registries that do not.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use windlass_egress::{Egress, EgressConfig};
use windlass_model::manifest::secret::SecretValue;
use windlass_model::time::Timestamp;
use windlass_ports::clock::{Clock, FakeClock};
use windlass_ports::credentials::Credential;
use windlass_ports::git::NetworkScope;
use windlass_ports::images::{ImageRepository, Images as _, RegistryError, TaggedImage};
use windlass_registry::RegistryClient;
use windlass_testkit::network::open_scope;
use windlass_testkit::registry::{OciRegistry, RegistryConfig};
use windlass_testkit::{Server, ServerConfig};

pub(crate) struct Fixture {
    pub(crate) client: RegistryClient,
    pub(crate) clock: Arc<FakeClock>,
    pub(crate) scope: NetworkScope,
}

pub(crate) fn start_time() -> Timestamp {
    "2026-03-01T00:00:00Z".parse().unwrap()
}

impl Fixture {
    pub(crate) fn new() -> Self {
        Self::with(EgressConfig::default())
    }

    pub(crate) fn with(config: EgressConfig) -> Self {
        let clock = Arc::new(FakeClock::new(start_time()));
        let shared: Arc<dyn Clock> = clock.clone();
        let egress = Arc::new(Egress::new(config, Arc::clone(&shared)));
        Self { client: RegistryClient::new(egress, shared), clock, scope: open_scope() }
    }

    pub(crate) async fn tags(&self, url: &str) -> Result<Vec<String>, RegistryError> {
        self.client.tags(&self.scope, None, &repository(url)).await
    }

    pub(crate) async fn tags_as(
        &self,
        credential: &Credential,
        url: &str,
    ) -> Result<Vec<String>, RegistryError> {
        self.client.tags(&self.scope, Some(credential), &repository(url)).await
    }

    pub(crate) async fn resolve(&self, url: &str, tag: &str) -> Result<TaggedImage, RegistryError> {
        self.client.resolve(&self.scope, None, &repository(url), tag).await
    }

    /// Lets time pass, a second at each turn, until `work` is done.
    pub(crate) async fn while_time_passes<T>(&self, work: impl Future<Output = T>) -> T {
        let pass = async {
            loop {
                self.clock.set(self.clock.now().plus(std::time::Duration::from_secs(1)));
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            biased;
            done = work => done,
            () = pass => unreachable!("time does not end"),
        }
    }
}

pub(crate) fn repository(url: &str) -> ImageRepository {
    ImageRepository { url: url.to_owned(), insecure_skip_tls_verify: false }
}

pub(crate) fn credential(password: &str) -> Credential {
    Credential {
        source: "shop/registry".to_owned(),
        username: SecretValue::new("ada"),
        password: SecretValue::new(password),
    }
}

/// A registry that behaves.
pub(crate) async fn registry(config: RegistryConfig) -> (OciRegistry, Server) {
    let registry = OciRegistry::new(config);
    let config = ServerConfig { registry: Some(registry.clone()), ..ServerConfig::default() };
    (registry, Server::start(config).await.unwrap())
}

/// What a hostile server does with a request.
pub(crate) enum Reply {
    /// Sends these bytes and closes.
    Bytes(Vec<u8>),
    /// Sends these bytes, then nothing, for ever.
    Stall(Vec<u8>),
    /// Sends the first bytes, then the others again and again.
    Endless(Vec<u8>, Vec<u8>),
}

impl Reply {
    /// The same reply with the server's own address for `{{self}}`.
    fn at(self, address: &SocketAddr) -> Self {
        match self {
            Self::Bytes(bytes) => {
                let text = String::from_utf8(bytes).unwrap();
                Self::Bytes(text.replace("{{self}}", &address.to_string()).into_bytes())
            }
            other => other,
        }
    }
}

/// A server that answers as it likes; the requests that reached it, with their headers in lower case.
#[derive(Clone)]
pub(crate) struct Hostile {
    pub(crate) address: SocketAddr,
    pub(crate) requests: Arc<Mutex<Vec<String>>>,
}

impl Hostile {
    /// Answers each request by what its first line is.
    pub(crate) async fn start(answer: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let hostile =
            Self { address: listener.local_addr().unwrap(), requests: Arc::new(Mutex::new(Vec::new())) };
        let (seen, answer) = (Arc::clone(&hostile.requests), Arc::new(answer));
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(stream, Arc::clone(&seen), Arc::clone(&answer)));
            }
        });
        hostile
    }

    /// An image repository of it.
    pub(crate) fn image(&self) -> String {
        format!("{}/app", self.address)
    }

    /// The requests that are about repositories: not those that find out whether TLS is spoken.
    pub(crate) fn asked(&self) -> Vec<String> {
        let requests = self.requests.lock().unwrap();
        requests.iter().filter(|request| !request.starts_with("get /v2/ ")).cloned().collect()
    }
}

async fn serve(mut stream: TcpStream, seen: Arc<Mutex<Vec<String>>>, answer: Arc<impl Fn(&str) -> Reply>) {
    let mut request = Vec::new();
    let mut buffer = [0; 4_096];
    while !request.windows(4).any(|window| window == b"\r\n\r\n") {
        // The beginning of TLS is no HTTP: close, as a server without TLS does.
        let count = stream.read(&mut buffer).await.unwrap_or(0);
        if count == 0 || !buffer[0].is_ascii_alphabetic() {
            return;
        }
        request.extend_from_slice(&buffer[..count]);
    }
    let request = String::from_utf8_lossy(&request).to_lowercase();
    let reply = answer(request.lines().next().unwrap()).at(&stream.local_addr().unwrap());
    seen.lock().unwrap().push(request);
    match reply {
        Reply::Bytes(bytes) => {
            let _ = stream.write_all(&bytes).await;
        }
        Reply::Stall(bytes) => {
            let _ = stream.write_all(&bytes).await;
            std::future::pending::<()>().await;
        }
        Reply::Endless(first, again) => {
            let _ = stream.write_all(&first).await;
            while stream.write_all(&again).await.is_ok() {}
        }
    }
}

/// A response with a body.
pub(crate) fn reply(status: &str, headers: &[(&str, &str)], body: &str) -> Reply {
    let mut text = format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    Reply::Bytes(format!("{text}\r\n{body}").into_bytes())
}

/// The text of an error of the kind that has one.
pub(crate) fn unavailable<T: std::fmt::Debug>(result: Result<T, RegistryError>) -> String {
    match result {
        Err(RegistryError::Unavailable(message)) => message,
        other => panic!("{other:?}"),
    }
}
