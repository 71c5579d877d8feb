//! Sending one request, hop by hop.

use std::pin::Pin;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use http::{HeaderMap, Method};
use tokio_util::io::ReaderStream;
use url::Url;
use windlass_model::call::{CallError, ErrorKind};
use windlass_model::time::Timestamp;
use windlass_ports::git::NetworkScope;

use crate::address::Refusal;
use crate::client::Egress;
use crate::redirect::{next_hop, strip_for_origin};

/// What is sent.
#[derive(Debug)]
pub enum OutboundBody {
    /// Nothing.
    None,
    /// These bytes.
    Bytes(Bytes),
    /// A file from its beginning, of this length. It cannot be sent again after a redirect.
    File(std::fs::File, u64),
}

/// Judges the next hop of a redirect.
pub type HopCheck<'a> = &'a (dyn Fn(&Url, &Method) -> Result<(), CallError> + Send + Sync);

/// What to do with redirects.
pub enum Redirects<'a> {
    /// Give them to the caller as responses.
    Return,
    /// Follow as many, each hop first judged by the check.
    Follow(u32, HopCheck<'a>),
}

/// One request.
pub struct Outbound<'a> {
    /// The method.
    pub method: Method,
    /// Where to.
    pub url: Url,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: OutboundBody,
    /// What to do with redirects.
    pub redirects: Redirects<'a>,
    /// The whole exchange must end by then; the scope's own deadline holds as well.
    pub deadline: Option<Timestamp>,
    /// Do not check the server's certificate.
    pub insecure_skip_tls_verify: bool,
}

/// A response whose body is still to be read.
pub struct Inbound {
    /// The status.
    pub status: http::StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The URL that answered: another than asked after redirects.
    pub url: Url,
    body: Pin<Box<dyn Stream<Item = Result<Bytes, reqwest::Error>> + Send>>,
    scope: NetworkScope,
    deadline: Timestamp,
    clock: std::sync::Arc<dyn windlass_ports::clock::Clock>,
}

impl Egress {
    /// Sends a request; the response's body is read through [`Inbound::chunk`].
    ///
    /// # Errors
    /// `denied` for an address that may not be reached, `unavailable` if no connection comes about, `timed-out`,
    /// `cancelled`, `limit` if the budget of bytes is used up, and whatever the check of a hop says.
    pub async fn send(&self, scope: &NetworkScope, request: Outbound<'_>) -> Result<Inbound, CallError> {
        let deadline = request.deadline.map_or(scope.deadline, |d| d.min(scope.deadline));
        let exchange = self.follow(scope, request);
        let response = within(&*self.clock, scope, deadline, exchange).await??;
        let (head, url) = response;
        let clock = std::sync::Arc::clone(&self.clock);
        Ok(Inbound {
            status: head.status(),
            headers: head.headers().clone(),
            url,
            body: Box::pin(head.bytes_stream()),
            scope: scope.clone(),
            deadline,
            clock,
        })
    }

    async fn follow(
        &self,
        scope: &NetworkScope,
        request: Outbound<'_>,
    ) -> Result<(reqwest::Response, Url), CallError> {
        let Outbound { mut method, mut url, mut headers, mut body, redirects, .. } = request;
        let (most, check) = match redirects {
            Redirects::Return => (0, None),
            Redirects::Follow(most, check) => (most, Some(check)),
        };
        let mut hops = 0;
        loop {
            let (sent, again) = duplicate(body);
            let response = self
                .exchange(scope, &method, &url, headers.clone(), sent, request.insecure_skip_tls_verify)
                .await?;
            let Some(check) = check else { return Ok((response, url)) };
            let Some(hop) = next_hop(&method, &url, response.status(), response.headers()) else {
                return Ok((response, url));
            };
            hops += 1;
            if hops > most {
                return Err(CallError::unavailable(
                    "too-many-redirects",
                    format!("stopped after {most} redirects, the last to {}", hop.url),
                ));
            }
            check(&hop.url, &hop.method)?;
            body = match (hop.keep_body, again) {
                (false, _) => OutboundBody::None,
                (true, Some(body)) => body,
                (true, None) => {
                    return Err(CallError::unavailable(
                        "body-not-repeatable",
                        format!("{url} redirects a request whose body cannot be sent again"),
                    ));
                }
            };
            strip_for_origin(&url, &hop.url, &mut headers);
            (method, url) = (hop.method, hop.url);
        }
    }

    async fn exchange(
        &self,
        scope: &NetworkScope,
        method: &Method,
        url: &Url,
        headers: HeaderMap,
        body: OutboundBody,
        insecure: bool,
    ) -> Result<reqwest::Response, CallError> {
        let policy = self.policy(scope);
        let port = url.port_or_known_default().ok_or_else(|| {
            CallError::invalid("url-not-http", format!("{url} is neither an http nor an https URL"))
        })?;
        // A resolver is only asked about names.
        let literal = match url.host() {
            Some(url::Host::Ipv4(ip)) => Some(ip.into()),
            Some(url::Host::Ipv6(ip)) => Some(ip.into()),
            _ => None,
        };
        if let Some(ip) = literal {
            policy.check(std::net::SocketAddr::new(ip, port)).map_err(|refusal| denied(url, &refusal))?;
        }
        let mut builder = self
            .client(scope, &policy, insecure, port)?
            .request(method.clone(), url.clone())
            .headers(headers);
        builder = match body {
            OutboundBody::None => builder,
            OutboundBody::Bytes(bytes) => {
                scope.meter.take(bytes.len() as u64)?;
                builder.body(bytes)
            }
            OutboundBody::File(file, len) => {
                scope.meter.take(len)?;
                let stream = ReaderStream::new(tokio::fs::File::from_std(file));
                builder.header(http::header::CONTENT_LENGTH, len).body(reqwest::Body::wrap_stream(stream))
            }
        };
        builder.send().await.map_err(|error| failed(url, &error))
    }
}

impl Inbound {
    /// The next piece of the body, counted; `None` at the end.
    ///
    /// # Errors
    /// As [`Egress::send`].
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, CallError> {
        let next = self.body.next();
        let piece = within(&*self.clock, &self.scope, self.deadline, next).await?;
        match piece {
            Some(Ok(bytes)) => {
                self.scope.meter.take(bytes.len() as u64)?;
                Ok(Some(bytes))
            }
            Some(Err(error)) => Err(failed(&self.url, &error)),
            None => Ok(None),
        }
    }

    /// The whole body, `most` bytes at most.
    ///
    /// # Errors
    /// `limit` if it is longer, and as [`Egress::send`].
    pub async fn bytes(mut self, most: u64) -> Result<Vec<u8>, CallError> {
        let mut whole = Vec::new();
        while let Some(piece) = self.chunk().await? {
            if whole.len() as u64 + piece.len() as u64 > most {
                return Err(CallError::limit(
                    "maxBytes",
                    format!("the response of {} is longer than {most} bytes", self.url),
                ));
            }
            whole.extend_from_slice(&piece);
        }
        Ok(whole)
    }
}

/// Runs `work` until the attempt is cancelled or its time is up.
pub(crate) async fn within<T>(
    clock: &dyn windlass_ports::clock::Clock,
    scope: &NetworkScope,
    deadline: Timestamp,
    work: impl Future<Output = T>,
) -> Result<T, CallError> {
    tokio::select! {
        biased;
        () = scope.cancel.cancelled() => Err(CallError::cancelled()),
        done = work => Ok(done),
        () = clock.sleep_until(deadline) => Err(too_long()),
    }
}

/// The time of an exchange is up.
pub(crate) fn too_long() -> CallError {
    CallError::new(ErrorKind::TimedOut, "timed-out", "the exchange took too long").later()
}

/// The body, and the body once more if that can be had.
fn duplicate(body: OutboundBody) -> (OutboundBody, Option<OutboundBody>) {
    match body {
        OutboundBody::None => (OutboundBody::None, Some(OutboundBody::None)),
        OutboundBody::Bytes(bytes) => (OutboundBody::Bytes(bytes.clone()), Some(OutboundBody::Bytes(bytes))),
        OutboundBody::File(file, len) => (OutboundBody::File(file, len), None),
    }
}

fn denied(url: &Url, refusal: &Refusal) -> CallError {
    CallError::denied("address-refused", format!("{}: {refusal}", shown(url)))
}

/// A URL for messages: without user, query and fragment, where secrets may be.
fn shown(url: &Url) -> String {
    format!("{}{}", url.origin().ascii_serialization(), url.path())
}

fn failed(url: &Url, error: &reqwest::Error) -> CallError {
    let mut source: Option<&dyn std::error::Error> = Some(error);
    let mut innermost = String::new();
    while let Some(cause) = source {
        if let Some(refusal) = cause.downcast_ref::<Refusal>() {
            return denied(url, refusal);
        }
        innermost = cause.to_string();
        source = cause.source();
    }
    let url = shown(url);
    if error.is_timeout() {
        return CallError::new(ErrorKind::TimedOut, "timed-out", format!("{url} did not answer in time"))
            .later();
    }
    let what = if error.is_connect() { "cannot be reached" } else { "broke off" };
    CallError::unavailable("unavailable", format!("{url} {what}: {innermost}"))
}
