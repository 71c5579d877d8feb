//! HTTP for steps: secrets are put in, the exchange goes over `egress`, and every hop of a redirect is judged again.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use url::Url;
use windlass_egress::{Inbound, Outbound, OutboundBody, Place, Redirects};
use windlass_model::call::http::{Body, Effect, MAX_INLINE_BODY_BYTES, Request, Response};
use windlass_model::call::{Answer, CallError, Reply, WorkPath};

use super::{Capabilities, files};
use crate::layer::grants::http_needs;
use crate::session::Session;

/// Redirects that are followed where a step does not say: as Go's client, which gives up at the tenth.
const REDIRECTS: u32 = 9;

/// What belongs to the connection is the host's. Go's client, which Kargo uses, ignores these as well.
const HOSTS_OWN_HEADERS: [&str; 10] = [
    "connection",
    "content-length",
    "host",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// The URL of a request with the values of its secrets.
pub(crate) fn real_url(session: &Session, request: &Request) -> Result<Url, CallError> {
    parsed(session, &request.url)
}

/// The URL of the proxy of a request, if it has one, with the values of its secrets.
pub(crate) fn real_proxy(session: &Session, request: &Request) -> Result<Option<Url>, CallError> {
    request.options.proxy.as_ref().map(|proxy| parsed(session, proxy)).transpose()
}

/// Whether a URL has the form `http://host…`. Browsers find a host in other forms, such as `http:/path`, as well.
fn names_a_host(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once("://") else { return false };
    let is_http = ["http", "https"].iter().any(|http| scheme.eq_ignore_ascii_case(http));
    is_http && !rest.is_empty() && !rest.starts_with(['/', '\\', '?', '#'])
}

fn parsed(session: &Session, text: &str) -> Result<Url, CallError> {
    let filled = session.secrets.fill_in(text, Place::Url);
    let url = Url::parse(&filled).ok().filter(|_| names_a_host(&filled));
    url.ok_or_else(|| {
        let shown = session.secrets.hide(text);
        CallError::invalid("url-not-http", format!("{shown:?} is neither an http nor an https URL"))
    })
}

impl Capabilities {
    pub(super) async fn send(&self, session: &Arc<Session>, request: Request) -> Answer {
        let url = real_url(session, &request)?;
        let method = Method::from_bytes(request.method.to_ascii_uppercase().as_bytes()).map_err(|_| {
            CallError::invalid("http-method-invalid", format!("{:?} is no HTTP method", request.method))
        })?;
        let options = &request.options;
        if options.save_to.is_some() && request.effect == Effect::Write {
            return Err(CallError::invalid(
                "save-to-of-write",
                "saveTo is only for reads: the answer to a write is kept in the record",
            ));
        }
        let effect = request.effect;
        let judge = |url: &Url, method: &Method| {
            http_needs(url, method.as_str(), effect)?.iter().try_for_each(|need| session.require_hop(need))
        };
        let (body, secret_body) = body(session, request.body.clone()).await?;
        let outbound = Outbound {
            headers: headers(session, &request)?,
            body,
            secret_body,
            redirects: match options.redirects.unwrap_or(REDIRECTS) {
                // Whoever follows none sees them, as WASI's own HTTP has it.
                0 => Redirects::Return,
                most => Redirects::Follow(most, &judge),
            },
            deadline: options.timeout_ms.map(|ms| self.ports.clock.now().plus(Duration::from_millis(ms))),
            insecure_skip_tls_verify: options.insecure_skip_tls_verify,
            proxy: real_proxy(session, &request)?,
            ..Outbound::new(method, url)
        };
        let inbound = self.ports.egress.send(&session.network(effect.into()), outbound).await?;
        let (status, headers) = (inbound.status.as_u16(), received_headers(session, &inbound.headers));
        let body = match &options.save_to {
            Some(path) => {
                save(session, inbound, path, options.max_bytes).await?;
                Vec::new()
            }
            None => session.secrets.tokenize(receive(inbound, options.max_bytes).await?),
        };
        Ok(Reply::Http(Response { status, headers, body }))
    }
}

fn headers(session: &Session, request: &Request) -> Result<HeaderMap, CallError> {
    let mut headers = HeaderMap::new();
    let key = request.options.idempotency_key.iter().map(|key| ("Idempotency-Key", key.as_str()));
    let given = request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    for (name, value) in given.chain(key) {
        if HOSTS_OWN_HEADERS.iter().any(|own| name.eq_ignore_ascii_case(own)) {
            continue;
        }
        let invalid = || CallError::invalid("header-invalid", format!("the header {name:?} cannot be sent"));
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| invalid())?;
        let filled = session.secrets.fill_in(value, Place::Raw);
        let mut sent = HeaderValue::from_bytes(filled.as_bytes()).map_err(|_| invalid())?;
        sent.set_sensitive(filled != value);
        headers.append(name, sent);
    }
    Ok(headers)
}

/// The body as it is sent, and whether there is a secret in it.
async fn body(session: &Arc<Session>, body: Body) -> Result<(OutboundBody, bool), CallError> {
    match body {
        Body::None => Ok((OutboundBody::None, false)),
        Body::Bytes(bytes) if bytes.len() > MAX_INLINE_BODY_BYTES => Err(CallError::invalid(
            "body-too-large",
            format!(
                "a body in memory may have {MAX_INLINE_BODY_BYTES} bytes; write it to a file and name that"
            ),
        )),
        Body::Bytes(bytes) => Ok(filled(session, bytes)),
        Body::File(path) => {
            let work = Arc::clone(session);
            files::blocking(move || {
                let file = files::open(&work.spec.dir, &path)?;
                let failed = |e| files::failed(&path, &e);
                let len = file.stat().map_err(failed)?.len;
                // Only a body that could be sent from memory is searched for tokens.
                if len <= MAX_INLINE_BODY_BYTES as u64 {
                    let content = file.read_all(len).map_err(failed)?;
                    return Ok(filled(&work, content));
                }
                Ok((OutboundBody::File(file.reader().map_err(failed)?, len), false))
            })
            .await
        }
    }
}

fn filled(session: &Session, bytes: Vec<u8>) -> (OutboundBody, bool) {
    match String::from_utf8(bytes) {
        Ok(text) => {
            let filled = session.secrets.fill_in(&text, Place::Raw).into_owned();
            let has_secret = filled != text;
            (OutboundBody::Bytes(Bytes::from(filled)), has_secret)
        }
        Err(binary) => (OutboundBody::Bytes(Bytes::from(binary.into_bytes())), false),
    }
}

fn received_headers(session: &Session, headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            let value = session.secrets.tokenize(value.as_bytes().to_vec());
            (name.as_str().to_owned(), String::from_utf8_lossy(&value).into_owned())
        })
        .collect()
}

async fn receive(inbound: Inbound, most: Option<u64>) -> Result<Vec<u8>, CallError> {
    let inline = MAX_INLINE_BODY_BYTES as u64;
    inbound.bytes(most.unwrap_or(inline).min(inline)).await
}

/// Writes a body to a file, piece by piece. A body that breaks off leaves no file.
async fn save(
    session: &Arc<Session>,
    mut inbound: Inbound,
    path: &WorkPath,
    most: Option<u64>,
) -> Result<(), CallError> {
    inbound.limit(most.unwrap_or(u64::MAX))?;
    let (work, target) = (Arc::clone(session), path.clone());
    let file = files::blocking(move || files::create(&work.spec.dir, &target)).await?;
    let mut at = 0_u64;
    let written = loop {
        let piece = match inbound.chunk().await {
            Ok(Some(piece)) => piece,
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        };
        let end = at + piece.len() as u64;
        let (file, target) = (file.clone(), path.clone());
        let done = files::blocking(move || file.write_at(&piece, at).map_err(|e| files::failed(&target, &e)));
        if let Err(error) = done.await {
            break Err(error);
        }
        at = end;
    };
    if written.is_err() {
        let (work, target) = (Arc::clone(session), path.clone());
        files::blocking(move || {
            files::remove(&work.spec.dir, &target);
            Ok(())
        })
        .await?;
    }
    written
}
