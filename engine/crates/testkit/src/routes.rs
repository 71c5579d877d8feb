//! An HTTP server that gives the answers it was told to give, and remembers to the letter what it was asked. It stands
//! beneath every path that no other server of the listener has.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{MethodRouter, any};
use bytes::Bytes;
use tokio::sync::Notify;

use crate::gate::respond;
use crate::percent;

/// A request's body is read up to this many bytes.
const MAX_BODY: usize = 64 << 20;

/// An answer, and what it answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The method of the request.
    pub method: String,
    /// Its path, decoded.
    pub path: String,
    /// The status; one that HTTP does not know is answered as 500.
    pub status: u16,
    /// Names and values of headers; what HTTP does not allow is left out. No `Content-Type` is made up.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
    /// How late the answer comes.
    pub delay: Duration,
}

/// A request as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoutedRequest {
    /// Its method.
    pub method: String,
    /// Its path, decoded.
    pub path: String,
    /// What comes after `?`, as it is; empty if nothing does.
    pub query: String,
    /// Its headers in order, names in small letters.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Bytes,
}

/// The answers and the requests of one server. Clones are the same server.
#[derive(Debug, Clone, Default)]
pub struct Routes(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    inner: Mutex<Inner>,
    /// Told of every request.
    arrived: Notify,
}

#[derive(Debug, Default)]
struct Inner {
    routes: Vec<Route>,
    requests: Vec<RoutedRequest>,
}

impl Routes {
    /// From now on requests are answered by these; of several that fit, by the first. All others get 404.
    pub fn set(&self, routes: Vec<Route>) {
        self.lock().routes = routes;
    }

    /// Waits until `times` requests for a path have come. Their answers may still be due.
    pub async fn wait_for(&self, path: &str, times: usize) {
        loop {
            let mut arrived = std::pin::pin!(self.0.arrived.notified());
            arrived.as_mut().enable();
            if self.lock().requests.iter().filter(|request| request.path == path).count() >= times {
                return;
            }
            arrived.await;
        }
    }

    /// The requests so far, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<RoutedRequest> {
        self.lock().requests.clone()
    }

    pub(crate) fn handler(&self) -> MethodRouter {
        any(serve).with_state(self.clone())
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers a request; its answer.
    fn take(&self, request: RoutedRequest) -> Option<Route> {
        let mut inner = self.lock();
        let fits = |route: &&Route| route.method == request.method && route.path == request.path;
        let route = inner.routes.iter().find(fits).cloned();
        inner.requests.push(request);
        drop(inner);
        self.0.arrived.notify_waiters();
        route
    }
}

async fn serve(State(routes): State<Routes>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let path = percent::decoded(head.uri.path()).unwrap_or_else(|| head.uri.path().to_owned());
    let request = RoutedRequest {
        method: head.method.to_string(),
        path,
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: listed(&head.headers),
        body: to_bytes(body, MAX_BODY).await.unwrap_or_default(),
    };
    let Some(route) = routes.take(request) else {
        return respond(404, Vec::new(), Bytes::new());
    };
    if !route.delay.is_zero() {
        #[expect(clippy::disallowed_methods, reason = "the answer is late on purpose")]
        tokio::time::sleep(route.delay).await;
    }
    respond(route.status, route.headers, route.body)
}

fn listed(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
}
