//! How a request can be made to fail.

use std::pin::pin;

use axum::body::{Body, BodyDataStream};
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use tokio_util::sync::CancellationToken;

/// A failure on purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The request is not carried out, and no answer ever comes.
    Hang,
    /// The request is carried out, and no answer ever comes.
    HangAnswer,
    /// The request is carried out to its end, then the connection is dropped without an answer's body.
    LoseAnswer,
    /// The request is not carried out; this is the answer.
    Respond(CannedResponse),
    /// The connection is dropped after as many bytes of the answer's body, wherever the server is with it then.
    DropAfter(u64),
}

/// An answer that is given in place of the server's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CannedResponse {
    /// The status; one that HTTP does not know is answered as 500.
    pub status: u16,
    /// Names and values of headers; what HTTP does not allow is left out.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

/// Which requests fail, how, and how often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultRule {
    /// The requests whose line (`GET /v2/app/tags/list?n=10`) has this in it; empty for all.
    pub on: String,
    /// How they fail.
    pub fault: Fault,
    /// How many of them; none for all.
    pub times: Option<u32>,
}

impl Fault {
    /// An answer of nothing but a status.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::Respond(CannedResponse { status, headers: Vec::new(), body: String::new() })
    }

    /// 429, to be asked again after as many seconds.
    #[must_use]
    pub fn rate_limited(retry_after_seconds: u32) -> Self {
        Self::Respond(CannedResponse {
            status: 429,
            headers: vec![("Retry-After".to_owned(), retry_after_seconds.to_string())],
            body: r#"{"errors":[{"code":"TOOMANYREQUESTS","message":"too many requests"}]}"#.to_owned(),
        })
    }

    pub(super) async fn apply(self, request: Request, next: Next, stop: &CancellationToken) -> Response {
        match self {
            Self::Hang => hang(stop).await,
            Self::HangAnswer => {
                drain(next.run(request).await.into_body()).await;
                hang(stop).await
            }
            Self::LoseAnswer => {
                let (head, body) = next.run(request).await.into_parts();
                drain(body).await;
                cut(Response::from_parts(head, Body::empty()), 0)
            }
            Self::Respond(canned) => canned.into_response(),
            Self::DropAfter(bytes) => cut(next.run(request).await, bytes),
        }
    }
}

impl FaultRule {
    /// `fault` for every request that has `on` in its line.
    #[must_use]
    pub fn always(on: impl Into<String>, fault: Fault) -> Self {
        Self { on: on.into(), fault, times: None }
    }

    /// `fault` for the next request that has `on` in its line.
    #[must_use]
    pub fn once(on: impl Into<String>, fault: Fault) -> Self {
        Self { on: on.into(), fault, times: Some(1) }
    }

    /// The fault for a request, if it is one of those meant; counts it.
    pub(super) fn take(&mut self, line: &str) -> Option<Fault> {
        if !line.contains(&self.on) || self.times == Some(0) {
            return None;
        }
        self.times = self.times.map(|times| times - 1);
        Some(self.fault.clone())
    }
}

impl CannedResponse {
    fn into_response(self) -> Response {
        respond(self.status, self.headers, self.body.into())
    }
}

/// An answer of nothing but what is given.
pub(crate) fn respond(status: u16, headers: Vec<(String, String)>, body: Bytes) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (http::HeaderName::try_from(name), http::HeaderValue::try_from(value))
        {
            response.headers_mut().append(name, value);
        }
    }
    response
}

/// Waits until the server stops or the client has gone, which drops this future.
async fn hang(stop: &CancellationToken) -> Response {
    stop.cancelled().await;
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response
}

/// Lets the server finish its answer, which may be what carries the request out.
async fn drain(body: Body) {
    let mut pieces = pin!(body.into_data_stream());
    while let Some(Ok(_)) = pieces.next().await {}
}

/// The same response, broken off after as many bytes of its body.
fn cut(response: Response, most: u64) -> Response {
    let (mut head, body) = response.into_parts();
    // An empty body of a declared length would be whole.
    head.headers.remove(header::CONTENT_LENGTH);
    let state = Some((body.into_data_stream(), most));
    let pieces = stream::unfold(state, |state| async move {
        let (pieces, left) = state?;
        Some(next_piece(pieces, left).await)
    });
    Response::from_parts(head, Body::from_stream(pieces))
}

type Piece = Result<Bytes, std::io::Error>;

async fn next_piece(mut pieces: BodyDataStream, left: u64) -> (Piece, Option<(BodyDataStream, u64)>) {
    if left == 0 {
        return (broken().await, None);
    }
    match pieces.next().await {
        Some(Ok(mut piece)) => {
            let len = piece.len() as u64;
            if len > left {
                piece.truncate(usize::try_from(left).unwrap_or(usize::MAX));
            }
            (Ok(piece), Some((pieces, left.saturating_sub(len))))
        }
        // An answer that is shorter is broken off as well: its end never comes.
        Some(Err(_)) | None => (broken().await, None),
    }
}

/// The end of a broken answer. What came before it is sent first, which happens while the body has nothing to give.
async fn broken() -> Piece {
    tokio::task::yield_now().await;
    Err(std::io::Error::new(std::io::ErrorKind::ConnectionAborted, "dropped on purpose"))
}
