//! Waking steps that wait: soon after what they wait for has happened.

use async_trait::async_trait;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

/// Watches what steps wait for.
#[async_trait]
pub trait Wake: Send + Sync {
    /// Returns when one of the events has happened: `{"object": {"apiVersion", "kind", "namespace", "name",
    /// "resourceVersion"}}` once the object is no longer at that version. Never returns for events that it does not
    /// know; the caller has a timer of its own.
    async fn wait(&self, events: &[Value], cancel: &CancellationToken);
}
