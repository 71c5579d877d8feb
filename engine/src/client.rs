//! The commands' way to a server: its API, as Kargo's own client speaks it.

mod events;

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio_util::sync::CancellationToken;
use url::Url;
use windlass_egress::{Egress, EgressConfig, Inbound, Outbound, OutboundBody};
use windlass_model::call::CallError;
use windlass_model::ids::TenantId;
use windlass_ports::clock::Clock;
use windlass_ports::git::{NetworkMeter, NetworkScope};

use crate::config::environment;
use crate::failure::Failure;
use crate::system_clock::SystemClock;

pub(crate) use events::Events;

/// Where a server listens that nobody told otherwise.
const DEFAULT_SERVER: &str = "http://127.0.0.1:8417";

/// An answer is waited for so long; a stream of events may go on for a day.
const ANSWER_TIME: Duration = Duration::from_mins(2);
const STREAM_TIME: Duration = Duration::from_hours(24);

/// The longest answer that is read.
const MOST_BYTES: u64 = 256 << 20;

/// Which server, and which of its projects.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct ServerArgs {
    /// The server; without it that of WINDLASS_SERVER, or http://127.0.0.1:8417.
    #[arg(long, value_name = "URL")]
    pub(crate) server: Option<String>,
    /// The project; without it that of WINDLASS_PROJECT.
    #[arg(short, long, value_name = "NAME")]
    pub(crate) project: Option<String>,
}

impl ServerArgs {
    /// The project, which must be said.
    pub(crate) fn project(&self) -> Result<String, Failure> {
        self.project.clone().or_else(environment::project).ok_or_else(|| {
            Failure::input("which project is meant is not said")
                .hint("name it with --project, or in WINDLASS_PROJECT")
        })
    }

    /// A client of the server.
    pub(crate) fn client(&self) -> Result<ApiClient, Failure> {
        let server = self.server.clone().or_else(environment::server);
        ApiClient::new(server.as_deref().unwrap_or(DEFAULT_SERVER))
    }
}

/// A client of one server.
pub(crate) struct ApiClient {
    egress: Egress,
    base: Url,
    clock: Arc<dyn Clock>,
}

/// What a server answered.
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl ApiClient {
    fn new(server: &str) -> Result<Self, Failure> {
        let wrong = |why: &str| {
            Failure::input(format!("{server:?} is no address of a server: {why}"))
                .hint(format!("write it as {DEFAULT_SERVER}"))
        };
        let base = Url::parse(server).map_err(|e| wrong(&e.to_string()))?;
        if !matches!(base.scheme(), "http" | "https") {
            return Err(wrong("it has to begin with http:// or https://"));
        }
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        Ok(Self { egress: Egress::new(EgressConfig::default(), Arc::clone(&clock)), base, clock })
    }

    /// The server's address.
    pub(crate) fn base(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    /// Asks for something; a refusal is a failure.
    pub(crate) async fn get(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Value, Failure> {
        self.send("GET", path, query, None).await
    }

    /// Sends a request; a refusal is a failure.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &[&str],
        query: &[(&str, &str)],
        body: Option<Vec<u8>>,
    ) -> Result<Value, Failure> {
        let answered = self.answered(method, path, query, body).await?;
        match answered.status {
            200..=299 => Ok(answered.body),
            status => Err(refused(status, &answered.body)),
        }
    }

    /// Sends a request; the answer, whatever it is.
    pub(crate) async fn answered(
        &self,
        method: &str,
        path: &[&str],
        query: &[(&str, &str)],
        body: Option<Vec<u8>>,
    ) -> Result<Answered, Failure> {
        let inbound = self.request(method, path, query, body, ANSWER_TIME).await?;
        let status = inbound.status.as_u16();
        let bytes = inbound.bytes(MOST_BYTES).await.map_err(|e| self.unreachable(&e))?;
        let body = if bytes.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&bytes)
                .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned()))
        };
        Ok(Answered { status, body })
    }

    /// Asks for a stream of events.
    pub(crate) async fn events(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Events, Failure> {
        let query: Vec<(&str, &str)> = query.iter().copied().chain([("watch", "true")]).collect();
        let inbound = self.request("GET", path, &query, None, STREAM_TIME).await?;
        if inbound.status.is_success() {
            return Ok(Events::of(inbound));
        }
        let status = inbound.status.as_u16();
        let bytes = inbound.bytes(MOST_BYTES).await.map_err(|e| self.unreachable(&e))?;
        Err(refused(status, &serde_json::from_slice(&bytes).unwrap_or_default()))
    }

    async fn request(
        &self,
        method: &str,
        path: &[&str],
        query: &[(&str, &str)],
        body: Option<Vec<u8>>,
        time: Duration,
    ) -> Result<Inbound, Failure> {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let method = method.parse().map_err(|_| Failure::input(format!("{method:?} is no method")))?;
        let mut outbound = Outbound::new(method, url);
        if let Some(body) = body {
            outbound.body = OutboundBody::Bytes(body.into());
        }
        let scope = NetworkScope {
            tenant: TenantId::default(),
            public_only: false,
            granted: Vec::new(),
            meter: Arc::new(Unmetered),
            cancel: CancellationToken::new(),
            deadline: self.clock.now().plus(time),
        };
        self.egress.send(&scope, outbound).await.map_err(|e| self.unreachable(&e))
    }

    fn unreachable(&self, error: &CallError) -> Failure {
        Failure::environment(format!("the server {}: {}", self.base(), error.message)).hint(
            "start one with `windlass serve --dev`, or name another with --server or in WINDLASS_SERVER",
        )
    }
}

/// What the server says against a request.
fn refused(status: u16, body: &Value) -> Failure {
    let message = body["error"].as_str().map_or_else(
        || format!("the server answers with status {status}: {}", body.as_str().unwrap_or_default()),
        str::to_owned,
    );
    if status < 500 { Failure::input(message) } else { Failure::environment(message) }
}

/// What commands send is their users' own.
#[derive(Debug)]
struct Unmetered;

impl NetworkMeter for Unmetered {
    fn take(&self, _bytes: u64) -> Result<(), CallError> {
        Ok(())
    }
}
