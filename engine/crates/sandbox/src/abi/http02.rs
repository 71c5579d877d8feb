//! `wasi:http` outgoing requests: the host reads the whole body, makes one `http.send` of it, and hands the answer back.
//! So a request through the standard interface is granted, metered and journalled like any other.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use wasmtime::component::Linker;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpHooks};
use windlass_model::call::http::{Body, Effect, MAX_INLINE_BODY_BYTES, Options, Request};
use windlass_model::call::{Answer, Call, CallError, ErrorKind, Reply};

use crate::guest::{Caller, Guest};

pub(crate) fn add_to_linker(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    wasmtime_wasi_http::p2::add_only_http_to_linker_sync(linker)
}

/// Sends the requests of one guest.
pub(crate) struct HttpHooks {
    caller: Caller,
}

impl HttpHooks {
    pub(crate) fn new(caller: Caller) -> Self {
        Self { caller }
    }
}

/// The rest of an exchange after its response: nothing, since bodies are whole.
type Rest = Box<dyn Future<Output = Result<(), Error>> + Send>;

impl WasiHttpHooks for HttpHooks {
    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
        _errors: Rest,
    ) -> Box<dyn Future<Output = Result<(http::Response<WasiBody>, Rest), Error>> + Send> {
        let caller = self.caller.clone();
        Box::new(async move {
            let call = Call::HttpSend(read_request(request, options).await?);
            // A guest may drop its future; the call must come to its end all the same.
            let answer = tokio::spawn(async move { caller.broker.call(&caller.lease, call).await })
                .await
                .map_err(|error| Error::InternalError(Some(error.to_string())))?;
            Ok((response(answer)?, Box::new(std::future::ready(Ok(()))) as Rest))
        })
    }
}

async fn read_request(
    request: http::Request<WasiBody>,
    options: Option<RequestOptions>,
) -> Result<Request, Error> {
    let (head, body) = request.into_parts();
    let body = match Limited::new(body, MAX_INLINE_BODY_BYTES).collect().await {
        Ok(body) => body.to_bytes(),
        Err(_) => return Err(Error::HttpRequestBodySize(Some(MAX_INLINE_BODY_BYTES as u64))),
    };
    let mut headers = Vec::new();
    for (name, value) in &head.headers {
        // The host makes these itself, from the URL and the body.
        if name != http::header::HOST && name != http::header::CONTENT_LENGTH {
            let value = value.to_str().map_err(|_| Error::HttpProtocolError)?;
            headers.push((name.to_string(), value.to_owned()));
        }
    }
    let reads = head.method.is_safe();
    let timeouts = options.map(|o| o.first_byte_timeout.unwrap_or(Duration::ZERO));
    let timeout = timeouts.filter(|t| !t.is_zero()).and_then(|t| u64::try_from(t.as_millis()).ok());
    Ok(Request {
        method: head.method.to_string(),
        url: head.uri.to_string(),
        headers,
        body: if body.is_empty() { Body::None } else { Body::Bytes(body.to_vec()) },
        effect: if reads { Effect::Read } else { Effect::Write },
        // The interface knows no redirects: the guest sees them and asks again.
        options: Options { timeout_ms: timeout, redirects: Some(0), ..Options::default() },
    })
}

fn response(answer: Answer) -> Result<http::Response<WasiBody>, Error> {
    let response = match answer {
        Ok(Reply::Http(response)) => response,
        Ok(_) => return Err(Error::InternalError(None)),
        Err(error) => return Err(wasi_error(error)),
    };
    let mut builder = http::Response::builder().status(response.status);
    for (name, value) in response.headers {
        // The body is whole and decoded by now.
        if name != "transfer-encoding" && name != "connection" {
            builder = builder.header(name, value);
        }
    }
    let body = Full::new(Bytes::from(response.body)).map_err(|never| match never {}).boxed_unsync();
    builder.body(body).map_err(|_| Error::HttpProtocolError)
}

fn wasi_error(error: CallError) -> Error {
    match error.kind {
        ErrorKind::Denied | ErrorKind::Withheld | ErrorKind::InDoubt => Error::HttpRequestDenied,
        ErrorKind::Invalid => Error::HttpRequestUriInvalid,
        ErrorKind::TimedOut | ErrorKind::Cancelled => Error::HttpResponseTimeout,
        ErrorKind::Limit => Error::HttpResponseBodySize(None),
        ErrorKind::NotFound => Error::DestinationNotFound,
        ErrorKind::Unavailable | ErrorKind::Throttled => Error::DestinationUnavailable,
        ErrorKind::AlreadyExists | ErrorKind::Conflict | ErrorKind::Internal => {
            Error::InternalError(Some(error.message))
        }
    }
}
