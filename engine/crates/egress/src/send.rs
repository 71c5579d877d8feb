//! Sending one request, hop by hop.

use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;
use http::{HeaderMap, HeaderValue, Method, Request, header};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Empty, Full, StreamBody};
use tokio_util::io::ReaderStream;
use url::Url;
use windlass_model::call::CallError;
use windlass_model::time::Timestamp;
use windlass_ports::git::NetworkScope;

use crate::address::{AddressPolicy, BoxError, Refusal};
use crate::client::Egress;
use crate::failure::{denied, failed, secret_elsewhere, shown};
use crate::inbound::{Inbound, Incoming, Limits, patiently, within};
use crate::proxy::{Proxy, authorization, bare};
use crate::redirect::{next_hop, prepare_headers};

/// Who sends, where the caller says nothing else.
const USER_AGENT: &str = concat!("windlass/", env!("CARGO_PKG_VERSION"));

/// A body as the client sends it.
pub(crate) type Body = UnsyncBoxBody<Bytes, BoxError>;

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
    /// The server may be silent for so long at most, before its answer and within it.
    pub patience: Option<Duration>,
    /// Do not check the server's certificate.
    pub insecure_skip_tls_verify: bool,
    /// A proxy to go through. Its address is judged like any other.
    pub proxy: Option<Url>,
    /// The body holds a secret, which no redirect takes to another origin. In headers it is what is sensitive.
    pub secret_body: bool,
}

impl Outbound<'_> {
    /// A request without headers and a body, whose redirects are not followed.
    #[must_use]
    pub fn new(method: Method, url: Url) -> Self {
        Self {
            method,
            url,
            headers: HeaderMap::new(),
            body: OutboundBody::None,
            redirects: Redirects::Return,
            deadline: None,
            patience: None,
            insecure_skip_tls_verify: false,
            proxy: None,
            secret_body: false,
        }
    }
}

impl Egress {
    /// Sends a request; the response's body is read through [`Inbound::chunk`].
    ///
    /// # Errors
    /// `denied` for an address that may not be reached, `unavailable` if no connection comes about, `timed-out`,
    /// `cancelled`, `limit` if the budget of bytes is used up, and whatever the check of a hop says.
    pub async fn send(&self, scope: &NetworkScope, request: Outbound<'_>) -> Result<Inbound, CallError> {
        let deadline = request.deadline.map_or(scope.deadline, |d| d.min(scope.deadline));
        let unpack = compresses(&request.method, &request.headers);
        let (patience, asked) = (request.patience, request.url.clone());
        let exchange = patiently(&*self.clock, patience, &asked, self.follow(scope, request));
        let (response, url) = within(&*self.clock, scope, deadline, exchange).await???;
        let packed = unpack && is_compressed(response.headers());
        let clock = std::sync::Arc::clone(&self.clock);
        Ok(Inbound::of(response, url, packed, scope, Limits { deadline, patience }, clock))
    }

    async fn follow(
        &self,
        scope: &NetworkScope,
        request: Outbound<'_>,
    ) -> Result<(Incoming, Url), CallError> {
        let Outbound { mut method, mut url, mut headers, mut body, redirects, .. } = request;
        let (most, check) = match redirects {
            Redirects::Return => (0, None),
            Redirects::Follow(most, check) => (most, Some(check)),
        };
        let way = Way {
            insecure: request.insecure_skip_tls_verify,
            proxy: request.proxy.as_ref().map(Proxy::at).transpose()?,
        };
        let has_referer = headers.contains_key(header::REFERER);
        let mut hops = 0;
        loop {
            let (sent, again) = duplicate(body);
            let response = self.exchange(scope, &way, &method, &url, headers.clone(), sent).await?;
            let Some(check) = check else { return Ok((response, url)) };
            let Some(hop) = next_hop(&method, &url, response.status(), response.headers())? else {
                return Ok((response, url));
            };
            hops += 1;
            if hops > most {
                return Err(CallError::unavailable(
                    "too-many-redirects",
                    format!("stopped after {hops} redirects, the last to {}", shown(&hop.url)),
                ));
            }
            check(&hop.url, &hop.method)?;
            if hop.keep_body && request.secret_body && url.origin() != hop.url.origin() {
                return Err(secret_elsewhere(&url, &hop.url));
            }
            body = match (hop.keep_body, again) {
                (false, _) => OutboundBody::None,
                (true, Some(body)) => body,
                (true, None) => {
                    return Err(CallError::unavailable(
                        "body-not-repeatable",
                        format!("{} redirects a request whose body cannot be sent again", shown(&url)),
                    ));
                }
            };
            prepare_headers(&url, &hop, has_referer, &mut headers);
            (method, url) = (hop.method, hop.url);
        }
    }

    async fn exchange(
        &self,
        scope: &NetworkScope,
        way: &Way,
        method: &Method,
        url: &Url,
        headers: HeaderMap,
        body: OutboundBody,
    ) -> Result<Incoming, CallError> {
        let uri = bare(url)?;
        let policy = self.policy(scope);
        self.judge(&policy, url, way.proxy.is_some()).await?;
        let mut request = Request::builder().method(method.clone()).uri(uri);
        if let Some(all) = request.headers_mut() {
            *all = completed(headers, method, url);
            if let (Some(proxy), "http") = (&way.proxy, url.scheme())
                && let Some(value) = &proxy.authorization
            {
                all.insert(header::PROXY_AUTHORIZATION, value.clone());
            }
            if let OutboundBody::File(_, len) = &body {
                all.insert(header::CONTENT_LENGTH, HeaderValue::from(*len));
            }
        }
        let request = request
            .body(outgoing(scope, body)?)
            .map_err(|e| CallError::invalid("request-invalid", format!("{}: {e}", shown(url))))?;
        let client = self.client(scope, &policy, way.insecure, way.proxy.clone())?;
        client.request(request).await.map_err(|error| failed(url, &error, error.is_connect()))
    }

    /// Judges the address of a URL that is one, and through a proxy, which will look it up itself, that of a name as well.
    async fn judge(&self, policy: &AddressPolicy, url: &Url, proxied: bool) -> Result<(), CallError> {
        let port = url.port_or_known_default().unwrap_or_default();
        let ip = match url.host() {
            Some(url::Host::Ipv4(ip)) => ip.into(),
            Some(url::Host::Ipv6(ip)) => ip.into(),
            Some(url::Host::Domain(name)) if proxied => {
                // A name that only the proxy can look up is the proxy's affair.
                let resolved = policy.resolve(name, port).await;
                return match resolved.err().as_ref().and_then(|e| e.downcast_ref::<Refusal>()) {
                    Some(refusal) => Err(denied(url, refusal)),
                    None => Ok(()),
                };
            }
            _ => return Ok(()),
        };
        policy.check(std::net::SocketAddr::new(ip, port)).map_err(|refusal| denied(url, &refusal))
    }
}

/// How all hops of a request go.
struct Way {
    insecure: bool,
    proxy: Option<Proxy>,
}

/// The headers with those that the client itself sends.
fn completed(mut headers: HeaderMap, method: &Method, url: &Url) -> HeaderMap {
    headers.entry(header::USER_AGENT).or_insert(HeaderValue::from_static(USER_AGENT));
    if compresses(method, &headers) {
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
    }
    if let Some(value) = authorization(url) {
        headers.entry(header::AUTHORIZATION).or_insert(value);
    }
    headers
}

fn outgoing(scope: &NetworkScope, body: OutboundBody) -> Result<Body, CallError> {
    Ok(match body {
        OutboundBody::None => Empty::new().map_err(|never| match never {}).boxed_unsync(),
        OutboundBody::Bytes(bytes) => {
            scope.meter.take(bytes.len() as u64)?;
            Full::new(bytes).map_err(|never| match never {}).boxed_unsync()
        }
        OutboundBody::File(file, len) => {
            scope.meter.take(len)?;
            let pieces = ReaderStream::new(tokio::fs::File::from_std(file));
            let frames = pieces.map(|piece| piece.map(hyper::body::Frame::data).map_err(BoxError::from));
            StreamBody::new(frames).boxed_unsync()
        }
    })
}

/// Whether the body may be compressed on the way without the caller's knowledge (as Go's client does it).
fn compresses(method: &Method, headers: &HeaderMap) -> bool {
    *method != Method::HEAD
        && !headers.contains_key(header::RANGE)
        && !headers.contains_key(header::ACCEPT_ENCODING)
}

fn is_compressed(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_ENCODING).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"gzip"))
}

/// The body, and the body once more if that can be had.
fn duplicate(body: OutboundBody) -> (OutboundBody, Option<OutboundBody>) {
    match body {
        OutboundBody::None => (OutboundBody::None, Some(OutboundBody::None)),
        OutboundBody::Bytes(bytes) => (OutboundBody::Bytes(bytes.clone()), Some(OutboundBody::Bytes(bytes))),
        OutboundBody::File(file, len) => (OutboundBody::File(file, len), None),
    }
}
