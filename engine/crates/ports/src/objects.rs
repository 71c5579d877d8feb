//! Kubernetes-shaped objects.

use async_trait::async_trait;
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use windlass_model::call::{CallError, objects};

/// Reads, patches and watches objects of one cluster.
#[async_trait]
pub trait Objects: Send + Sync {
    /// One object.
    async fn get(&self, key: &objects::Key) -> Result<Value, CallError>;

    /// The objects of a namespace that a selector picks.
    async fn query(&self, query: &objects::Query) -> Result<Vec<Value>, CallError>;

    /// Merges a patch into an object; the object after it.
    async fn patch(&self, patch: &objects::Patch) -> Result<Value, CallError>;

    /// Returns when the object changes from what it is at `resource_version`, or when `cancel` fires.
    async fn changed(
        &self,
        key: &objects::Key,
        resource_version: &str,
        cancel: &CancellationToken,
    ) -> Result<(), CallError>;
}
