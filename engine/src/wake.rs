//! Waking steps that wait for objects of a cluster.

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::future::{join_all, select_all};
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use windlass_model::call::objects::Key;
use windlass_ports::objects::Objects;
use windlass_ports::wake::Wake;

/// Watches objects.
pub(crate) struct ObjectWake {
    objects: Option<Arc<dyn Objects>>,
}

impl ObjectWake {
    /// Watches the objects of a cluster, if there is one.
    pub(crate) fn new(objects: Option<Arc<dyn Objects>>) -> Self {
        Self { objects }
    }
}

/// The object of an event, and the version it had.
fn object(event: &Value) -> Option<(Key, String)> {
    let object = event.get("object")?;
    let text = |name: &str| object.get(name)?.as_str().map(ToOwned::to_owned);
    let key = Key {
        api_version: text("apiVersion")?,
        kind: text("kind")?,
        namespace: text("namespace")?,
        name: text("name")?,
    };
    Some((key, text("resourceVersion")?))
}

#[async_trait]
impl Wake for ObjectWake {
    async fn wait(&self, events: &[Value], cancel: &CancellationToken) {
        let watched: Vec<(Key, String)> = events.iter().filter_map(object).collect();
        let (Some(objects), false) = (&self.objects, watched.is_empty()) else {
            return cancel.cancelled().await;
        };
        let stop = cancel.child_token();
        let _end_the_others = stop.clone().drop_guard();
        let watches = watched.iter().map(|(key, version)| {
            Box::pin(async {
                // A watch that fails is no reason to wake: the caller has a timer of its own.
                if objects.changed(key, version, &stop).await.is_err() {
                    stop.cancelled().await;
                }
            })
        });
        let (_, _, rest) = select_all(watches).await;
        stop.cancel();
        join_all(rest).await;
    }
}
