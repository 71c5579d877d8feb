//! Traces: how long requests, looks into repositories, promotions and their steps took, told to a collector of
//! OpenTelemetry over HTTP (OTLP, JSON).

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use tokio::runtime::Handle;
use url::Url;
use windlass_egress::{Egress, EgressConfig, Outbound, OutboundBody};
use windlass_ports::clock::Clock;
use windlass_ports::git::NetworkScope;

use crate::failure::Failure;
use crate::system_clock::SystemClock;
use crate::wiring::host_network;

/// What a server is called in traces.
const SERVICE: &str = "windlass";

/// Where a collector takes traces, below its address.
const PATH: &str = "/v1/traces";

/// How long a collector may take.
const TIME: Duration = Duration::from_secs(10);

/// The longest answer of a collector that is read, in bytes.
const MOST_BYTES: u64 = 1 << 20;

/// Tells spans to a collector.
pub(crate) struct Traces(SdkTracerProvider);

impl Traces {
    /// Tells what is left. A collector that is not there loses spans and holds nobody up.
    pub(crate) async fn stop(self) {
        // The exporter's thread needs this one to send.
        let _ = tokio::task::spawn_blocking(move || self.0.shutdown_with_timeout(TIME)).await;
    }
}

/// What spans are given to.
pub(super) fn start(collector: &Url) -> Result<(Traces, SdkTracer), Failure> {
    let failed = |e: &dyn std::fmt::Display| Failure::input(format!("traces to {collector}: {e}"));
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let egress = Arc::new(Egress::new(EgressConfig::default(), Arc::clone(&clock)));
    let endpoint = format!("{}{PATH}", collector.as_str().trim_end_matches('/'));
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(Client { egress, clock, runtime: Handle::current() })
        .with_protocol(Protocol::HttpJson)
        .with_timeout(TIME)
        .with_endpoint(endpoint)
        .build()
        .map_err(|e| failed(&e))?;
    let resource = Resource::builder_empty().with_service_name(SERVICE).build();
    let provider = SdkTracerProvider::builder().with_resource(resource).with_batch_exporter(exporter).build();
    let tracer = provider.tracer(SERVICE);
    Ok((Traces(provider), tracer))
}

/// The one way out, for the exporter's thread.
struct Client {
    egress: Arc<Egress>,
    clock: Arc<dyn Clock>,
    runtime: Handle,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Client")
    }
}

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (egress, network) = (Arc::clone(&self.egress), host_network(self.clock.now().plus(TIME)));
        // The exporter is not of this runtime.
        self.runtime.spawn(send(egress, network, request)).await?
    }
}

async fn send(
    egress: Arc<Egress>,
    network: NetworkScope,
    request: Request<Bytes>,
) -> Result<Response<Bytes>, HttpError> {
    let (head, body) = request.into_parts();
    let url = Url::parse(&head.uri.to_string())?;
    let outbound = Outbound {
        headers: head.headers,
        body: OutboundBody::Bytes(body),
        ..Outbound::new(head.method, url)
    };
    let answer = Box::pin(egress.send(&network, outbound)).await.map_err(|e| e.message)?;
    let mut response = Response::builder().status(answer.status);
    if let Some(headers) = response.headers_mut() {
        headers.clone_from(&answer.headers);
    }
    let body = answer.bytes(MOST_BYTES).await.map_err(|e| e.message)?;
    Ok(response.body(body.into())?)
}
