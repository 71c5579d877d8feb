//! A response, whose body is read piece by piece.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use http::{HeaderMap, StatusCode, header};
use http_body_util::BodyExt as _;
use hyper::body::Body as _;
use url::Url;
use windlass_model::call::CallError;
use windlass_model::time::Timestamp;
use windlass_ports::clock::Clock;
use windlass_ports::git::NetworkScope;

use crate::address::BoxError;
use crate::failure::{failed, shown, silent, too_long};

/// A response as it comes.
pub(crate) type Incoming = http::Response<hyper::body::Incoming>;

/// A response whose body is still to be read.
pub struct Inbound {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The URL that answered: another than asked after redirects.
    pub url: Url,
    body: Pin<Box<dyn Stream<Item = Result<Bytes, BoxError>> + Send>>,
    /// How long it will be, if that is known beforehand.
    length: Option<u64>,
    /// How long it may be, and how much of it has come.
    most: u64,
    came: u64,
    scope: NetworkScope,
    limits: Limits,
    clock: Arc<dyn Clock>,
}

/// How long a response may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// It must end by then.
    pub(crate) deadline: Timestamp,
    /// So long at most from one piece to the next.
    pub(crate) patience: Option<Duration>,
}

impl Inbound {
    /// The response that came from `url`. A body that was compressed without the caller's knowledge is `packed`.
    pub(crate) fn of(
        response: Incoming,
        url: Url,
        packed: bool,
        scope: &NetworkScope,
        limits: Limits,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let (mut head, body) = response.into_parts();
        let length = body.size_hint().exact().filter(|_| !packed);
        let pieces = body.into_data_stream().map(|piece| piece.map_err(BoxError::from));
        let body: Pin<Box<dyn Stream<Item = _> + Send>> = if packed {
            head.headers.remove(header::CONTENT_ENCODING);
            head.headers.remove(header::CONTENT_LENGTH);
            Box::pin(crate::gzip::decompressed(pieces))
        } else {
            Box::pin(pieces)
        };
        Self {
            status: head.status,
            headers: head.headers,
            url,
            body,
            length,
            most: u64::MAX,
            came: 0,
            scope: scope.clone(),
            limits,
            clock,
        }
    }

    /// Lets the body have `most` bytes.
    ///
    /// # Errors
    /// `limit` if it is known to be longer.
    pub fn limit(&mut self, most: u64) -> Result<(), CallError> {
        self.most = most;
        self.check(self.length.unwrap_or_default())
    }

    fn check(&self, length: u64) -> Result<(), CallError> {
        if length <= self.most {
            return Ok(());
        }
        let message = format!("the response of {} is longer than {} bytes", shown(&self.url), self.most);
        Err(CallError::limit("maxBytes", message))
    }

    /// The next piece of the body, counted; `None` at the end.
    ///
    /// # Errors
    /// `limit` if the body is longer than it may be, and as [`Egress::send`](crate::Egress::send).
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, CallError> {
        let Limits { deadline, patience } = self.limits;
        let next = patiently(&*self.clock, patience, &self.url, self.body.next());
        let piece = within(&*self.clock, &self.scope, deadline, next).await??;
        match piece {
            Some(Ok(bytes)) => {
                self.scope.meter.take(bytes.len() as u64)?;
                self.came += bytes.len() as u64;
                self.check(self.came)?;
                Ok(Some(bytes))
            }
            Some(Err(error)) => Err(failed(&self.url, &*error, false)),
            None => Ok(None),
        }
    }

    /// The whole body, `most` bytes at most.
    ///
    /// # Errors
    /// As [`chunk`](Self::chunk).
    pub async fn bytes(mut self, most: u64) -> Result<Vec<u8>, CallError> {
        self.limit(most)?;
        let mut whole = Vec::new();
        while let Some(piece) = self.chunk().await? {
            whole.extend_from_slice(&piece);
        }
        Ok(whole)
    }
}

/// Waits for the other side as long as there is patience for it.
pub(crate) async fn patiently<T>(
    clock: &dyn Clock,
    patience: Option<Duration>,
    url: &Url,
    work: impl Future<Output = T>,
) -> Result<T, CallError> {
    let Some(patience) = patience else { return Ok(work.await) };
    tokio::select! {
        biased;
        done = work => Ok(done),
        () = clock.sleep(patience) => Err(silent(url, patience)),
    }
}

/// Runs `work` until the attempt is cancelled or its time is up.
pub(crate) async fn within<T>(
    clock: &dyn Clock,
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
