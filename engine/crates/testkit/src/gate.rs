//! The gate of a server: every request passes it, is remembered, and fails where a test wants it to.

mod fault;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::Response;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

pub(crate) use fault::respond;
pub use fault::{CannedResponse, Fault, FaultRule};

/// Requests that are remembered; older ones are forgotten.
const MAX_REMEMBERED: usize = 10_000;

/// What a server was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenRequest {
    /// Method, path and query: `GET /v2/app/tags/list?n=10`.
    pub line: String,
    /// The scheme of its `Authorization` header, `Basic` or `Bearer`; none if it had no such header.
    pub authorization: Option<String>,
}

#[derive(Debug, Default)]
struct Inner {
    seen: VecDeque<SeenRequest>,
    rules: Vec<FaultRule>,
}

/// The gate of one server. Clones are the same gate.
#[derive(Debug, Clone, Default)]
pub struct Gate(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    inner: Mutex<Inner>,
    /// Told of every request.
    arrived: Notify,
}

impl Gate {
    /// The requests so far, oldest first; the last 10,000.
    #[must_use]
    pub fn requests(&self) -> Vec<SeenRequest> {
        self.lock().seen.iter().cloned().collect()
    }

    /// How many of the remembered requests have `part` in their line.
    #[must_use]
    pub fn count(&self, part: &str) -> usize {
        self.lock().seen.iter().filter(|request| request.line.contains(part)).count()
    }

    /// Waits until `times` requests with `part` in their line have come.
    pub async fn wait_for(&self, part: &str, times: usize) {
        loop {
            let arrived = self.0.arrived.notified();
            let mut arrived = std::pin::pin!(arrived);
            arrived.as_mut().enable();
            if self.count(part) >= times {
                return;
            }
            arrived.await;
        }
    }

    /// Forgets the requests so far.
    pub fn forget(&self) {
        self.lock().seen.clear();
    }

    /// From now on requests that fit the rule fail. Of several rules that fit, the first holds.
    pub fn add_fault(&self, rule: FaultRule) {
        self.lock().rules.push(rule);
    }

    /// From now on nothing fails on purpose.
    pub fn clear_faults(&self) {
        self.lock().rules.clear();
    }

    /// A router whose requests pass this gate. What hangs on purpose ends with `stop`.
    pub(crate) fn guard(&self, router: Router, stop: &CancellationToken) -> Router {
        let state = Guard { gate: self.clone(), stop: stop.clone() };
        router.layer(middleware::from_fn_with_state(state, pass))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers a request and tells how it shall fail.
    fn admit(&self, request: &Request) -> Option<Fault> {
        let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
        let line = format!("{} {target}", request.method());
        let authorization = request.headers().get(http::header::AUTHORIZATION).map(|value| {
            let text = value.to_str().unwrap_or_default();
            text.split(' ').next().unwrap_or_default().to_owned()
        });
        let mut inner = self.lock();
        let fault = inner.rules.iter_mut().find_map(|rule| rule.take(&line));
        inner.rules.retain(|rule| rule.times != Some(0));
        if inner.seen.len() == MAX_REMEMBERED {
            inner.seen.pop_front();
        }
        inner.seen.push_back(SeenRequest { line, authorization });
        drop(inner);
        self.0.arrived.notify_waiters();
        fault
    }
}

#[derive(Clone)]
struct Guard {
    gate: Gate,
    stop: CancellationToken,
}

async fn pass(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    match guard.gate.admit(&request) {
        None => next.run(request).await,
        Some(fault) => fault.apply(request, next, &guard.stop).await,
    }
}
