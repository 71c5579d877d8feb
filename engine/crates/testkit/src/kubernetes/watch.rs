//! Watches: one line of JSON for each change, as long as the client listens.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use windlass_model::time::Timestamp;

use super::KubernetesApi;
use super::query::ListQuery;
use super::resource::Resource;
use super::store::Change;

/// A watch at the place where it is.
struct Watch {
    api: KubernetesApi,
    resource: Arc<Resource>,
    namespace: Option<String>,
    query: ListQuery,
    stop: CancellationToken,
    ends_at: Option<Timestamp>,
    version: watch::Receiver<u64>,
    /// The newest change that was looked at.
    seen: u64,
    lines: VecDeque<Value>,
    ended: bool,
}

/// The body of a watch's answer.
pub(super) fn body(
    api: &KubernetesApi,
    resource: &Arc<Resource>,
    namespace: Option<&str>,
    query: ListQuery,
    stop: &CancellationToken,
) -> Body {
    let store = api.store();
    let ends_at = query.timeout_seconds.map(|seconds| api.now().plus(Duration::from_secs(seconds)));
    let mut lines = VecDeque::new();
    let seen = query.resource_version.unwrap_or_else(|| {
        let there = store.of_kind(resource, namespace).filter(|object| query.matches(object));
        lines.extend(there.map(|object| json!({"type": "ADDED", "object": object.as_ref()})));
        store.version()
    });
    let watch = Watch {
        api: api.clone(),
        resource: Arc::clone(resource),
        namespace: namespace.map(ToOwned::to_owned),
        query,
        stop: stop.clone(),
        ends_at,
        version: store.subscribe(),
        seen,
        lines,
        ended: false,
    };
    drop(store);
    Body::from_stream(stream::unfold(watch, |mut watch| async move {
        let line = watch.next().await?;
        Some((Ok::<_, std::convert::Infallible>(Bytes::from(format!("{line}\n"))), watch))
    }))
}

impl Watch {
    /// The next line; none when the watch ends.
    async fn next(&mut self) -> Option<Value> {
        loop {
            if let Some(line) = self.lines.pop_front() {
                return Some(line);
            }
            if self.ended {
                return None;
            }
            self.version.borrow_and_update();
            self.read();
            if self.lines.is_empty() && !self.ended {
                self.wait().await;
            }
        }
    }

    /// Takes up what happened since.
    fn read(&mut self) {
        let api = self.api.clone();
        let store = api.store();
        match store.changes_after(self.seen) {
            Ok(changes) => {
                let lines: Vec<Value> = changes.iter().filter_map(|change| self.line(change)).collect();
                self.lines.extend(lines);
                self.seen = self.seen.max(store.version());
            }
            Err(status) => {
                self.lines.push_back(json!({"type": "ERROR", "object": status.to_json()}));
                self.ended = true;
            }
        }
    }

    /// What a change means to this watch: an object that is asked for no more is gone for it.
    fn line(&self, change: &Change) -> Option<Value> {
        let in_view = change.id.resource == self.resource
            && self.namespace.as_ref().is_none_or(|namespace| *namespace == change.id.namespace);
        if !in_view {
            return None;
        }
        let asked = |object: &Option<Arc<Value>>| object.clone().filter(|object| self.query.matches(object));
        let line = match (asked(&change.before), asked(&change.after)) {
            (None, Some(after)) => json!({"type": "ADDED", "object": after.as_ref()}),
            (Some(_), Some(after)) => json!({"type": "MODIFIED", "object": after.as_ref()}),
            (Some(before), None) => {
                let mut last = before.as_ref().clone();
                last["metadata"]["resourceVersion"] = json!(change.version.to_string());
                json!({"type": "DELETED", "object": last})
            }
            (None, None) => return None,
        };
        Some(line)
    }

    async fn wait(&mut self) {
        let clock = Arc::clone(&self.api.0.config.clock);
        let time_is_up = async {
            match self.ends_at {
                Some(at) => clock.sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = self.stop.cancelled() => self.ended = true,
            changed = self.version.changed() => self.ended = changed.is_err(),
            () = time_is_up => self.ended = true,
        }
    }
}
