//! Streams of changes, as server-sent events in Kargo's form.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use windlass_model::ids::Namespace;
use windlass_ports::clock::Clock;
use windlass_ports::records::{
    Change, ChangeKind, Document, ObjectText, ResourceVersion, Watch, WatchExpired,
};

use crate::answer::{Refusal, UNTYPED};
use crate::server::Shared;

/// A line that says nothing keeps the connection open.
const KEEPALIVE: Duration = Duration::from_secs(30);

/// Whether a document is shown.
pub(crate) type Shows = Box<dyn Fn(&Value) -> bool + Send>;

/// Which documents are watched.
pub(crate) struct Watched {
    pub(crate) kind: &'static str,
    pub(crate) namespace: Namespace,
    /// The only one, if it is only one.
    pub(crate) name: Option<String>,
    /// Of those, which are shown; all, without it.
    pub(crate) shows: Option<Shows>,
}

impl Watched {
    fn is_about(&self, document: &Document) -> bool {
        document.key.kind == self.kind
            && document.key.namespace == self.namespace
            && self.name.as_ref().is_none_or(|name| *name == document.key.name)
    }

    /// What a change looks like; nothing for what is not shown.
    fn frame(&self, kind: ChangeKind, document: &Document) -> Option<Bytes> {
        let is_shown = match &self.shows {
            Some(shows) => shows(&document.value().ok()?),
            None => true,
        };
        let kind = match (kind, is_shown) {
            (ChangeKind::Added, true) => "ADDED",
            (ChangeKind::Modified, true) => "MODIFIED",
            (ChangeKind::Deleted, true) | (ChangeKind::Modified, false) => "DELETED",
            (ChangeKind::Added | ChangeKind::Deleted, false) => return None,
        };
        let mut object = ObjectText::read(&document.text)?;
        for member in UNTYPED {
            object.remove(member);
        }
        Some(Bytes::from(format!("data: {{\"type\":\"{kind}\",\"object\":{object}}}\n\n")))
    }
}

/// A stream that is being sent.
struct Stream {
    watched: Watched,
    /// What is there already, to be sent first; the last one is the next.
    first: Vec<Document>,
    watch: Result<Box<dyn Watch>, WatchExpired>,
    clock: Arc<dyn Clock>,
    stop: CancellationToken,
    is_over: bool,
}

impl Stream {
    async fn next(&mut self) -> Option<Bytes> {
        while let Some(document) = self.first.pop() {
            if let Some(frame) = self.watched.frame(ChangeKind::Added, &document) {
                return Some(frame);
            }
        }
        loop {
            if self.is_over {
                return None;
            }
            let watch = match &mut self.watch {
                Ok(watch) => watch,
                Err(expired) => {
                    self.is_over = true;
                    return Some(expired_frame(*expired));
                }
            };
            let change: Arc<Change> = tokio::select! {
                change = watch.next() => match change {
                    Ok(Some(change)) => change,
                    Ok(None) => return None,
                    Err(expired) => {
                        self.is_over = true;
                        return Some(expired_frame(expired));
                    }
                },
                () = self.clock.sleep(KEEPALIVE) => return Some(Bytes::from_static(b": keepalive\n\n")),
                () = self.stop.cancelled() => return None,
            };
            if self.watched.is_about(&change.document)
                && let Some(frame) = self.watched.frame(change.kind, &change.document)
            {
                return Some(frame);
            }
        }
    }
}

fn expired_frame(expired: WatchExpired) -> Bytes {
    let message = format!("watch resource version expired: {expired}");
    let data = json!({ "code": "out_of_range", "message": message });
    Bytes::from(format!("event: error\ndata: {data}\n\n"))
}

/// Answers with the changes after `version`; without one, with what is there first.
pub(crate) async fn answer(
    shared: &Shared,
    watched: Watched,
    version: Option<&str>,
) -> Result<Response, Refusal> {
    let control = shared.control.as_ref();
    let (first, after) = match version.filter(|version| !version.is_empty()) {
        Some(version) => {
            let version = version.parse().map_err(|_| {
                Refusal::bad_request(format!("resourceVersion {version:?} is no version; leave it out"))
            })?;
            (Vec::new(), ResourceVersion(version))
        }
        None => {
            let mut listing = control.list(watched.kind, Some(&watched.namespace), "").await?;
            listing.documents.retain(|document| watched.is_about(document));
            listing.documents.reverse();
            (listing.documents, listing.version)
        }
    };
    let watch = control.watch(after);
    let (clock, stop) = (Arc::clone(&shared.clock), shared.stop.clone());
    let stream = Stream { watched, first, watch, clock, stop, is_over: false };
    let frames = stream::unfold(stream, |mut stream| async move {
        let frame = stream.next().await?;
        Some((Ok::<_, std::convert::Infallible>(frame), stream))
    });
    let mut response = Response::new(Body::from_stream(frames));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}
