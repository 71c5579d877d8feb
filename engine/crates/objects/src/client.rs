//! The objects of one cluster, as the broker and the engine use them.

use std::sync::Arc;

use async_trait::async_trait;
use http::Method;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use windlass_egress::{Egress, EgressConfig};
use windlass_model::call::CallError;
use windlass_model::call::objects::{Key, Patch, Query};
use windlass_model::ids::TenantId;
use windlass_model::time::Timestamp;
use windlass_ports::clock::Clock;
use windlass_ports::git::{NetworkMeter, NetworkScope};
use windlass_ports::objects::Objects;

use crate::cluster::{Cluster, Trust};
use crate::exchange::{Ask, REQUEST_TIME};
use crate::path::Collection;
use crate::refusal::Wanted;
use crate::selector;

/// The largest object: etcd takes 1.5 MiB by default.
const MAX_OBJECT: u64 = 16 << 20;

/// The largest page of a list.
const MAX_PAGE: u64 = 64 << 20;

/// Objects of one page.
const PAGE: &str = "500";

/// Pages of one list.
const MAX_PAGES: usize = 100;

/// The objects of one cluster.
///
/// Requests to the cluster are the host's own, not a guest's: they go out by a way of their own, on which no address is
/// blocked and no byte counted, and on which the cluster's own authority is trusted.
pub struct ClusterObjects {
    pub(crate) cluster: Cluster,
    pub(crate) egress: Egress,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) scope: NetworkScope,
}

#[derive(Debug)]
struct Unmetered;

impl NetworkMeter for Unmetered {
    fn take(&self, _bytes: u64) -> Result<(), CallError> {
        Ok(())
    }
}

impl ClusterObjects {
    /// The objects of `cluster`. Every exchange ends when `cancel` fires.
    #[must_use]
    pub fn new(cluster: Cluster, clock: Arc<dyn Clock>, cancel: CancellationToken) -> Self {
        let mut config = EgressConfig::default();
        if let Trust::Only(pem) = &cluster.trust {
            config.extra_roots = vec![pem.clone()];
            config.only_extra_roots = true;
        }
        let scope = NetworkScope {
            tenant: TenantId::default(),
            public_only: false,
            granted: Vec::new(),
            meter: Arc::new(Unmetered),
            cancel,
            deadline: Timestamp::from_micros(i64::MAX),
        };
        Self { cluster, egress: Egress::new(config, Arc::clone(&clock)), clock, scope }
    }

    async fn list(&self, query: &Query, selector: &str) -> Result<Vec<Value>, CallError> {
        let Query { api_version, kind, namespace, .. } = query;
        let what = format!("{kind} objects in {namespace}");
        let base = Collection { api_version, kind, namespace }.url(&self.cluster.server, None)?;
        let mut objects = Vec::new();
        let mut resume = String::new();
        for _ in 0..MAX_PAGES {
            let mut url = base.clone();
            url.query_pairs_mut().append_pair("labelSelector", selector).append_pair("limit", PAGE);
            if !resume.is_empty() {
                url.query_pairs_mut().append_pair("continue", &resume);
            }
            let wanted = Wanted { verb: "list", what: &what };
            let mut page = self.ask_document(Ask::get(url, wanted), MAX_PAGE).await?;
            let Some(Value::Array(items)) = page.get_mut("items").map(Value::take) else {
                let message = format!("{what}: the answer is no list");
                return Err(CallError::unavailable("cluster-unavailable", message));
            };
            objects.extend(items.into_iter().map(|item| named(item, api_version, kind)));
            resume = text(&page, "/metadata/continue").to_owned();
            if resume.is_empty() {
                return Ok(objects);
            }
        }
        Err(CallError::limit(
            "objects.list",
            format!("{what} are more than can be read; use a narrower selector"),
        ))
    }
}

/// An item of a list. Of core kinds the API leaves out what all items have in common.
fn named(mut item: Value, api_version: &str, kind: &str) -> Value {
    if let Some(fields) = item.as_object_mut() {
        fields.entry("apiVersion").or_insert_with(|| json!(api_version));
        fields.entry("kind").or_insert_with(|| json!(kind));
    }
    item
}

pub(crate) fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// The collection that an object belongs to.
pub(crate) fn collection(key: &Key) -> Collection<'_> {
    Collection { api_version: &key.api_version, kind: &key.kind, namespace: &key.namespace }
}

#[async_trait]
impl Objects for ClusterObjects {
    async fn get(&self, key: &Key) -> Result<Value, CallError> {
        let url = collection(key).url(&self.cluster.server, Some(&key.name))?;
        let wanted = Wanted { verb: "get", what: &key.to_string() };
        self.ask_document(Ask::get(url, wanted), MAX_OBJECT).await
    }

    async fn query(&self, query: &Query) -> Result<Vec<Value>, CallError> {
        let selector = selector::to_query(&query.selector)?;
        match self.list(query, &selector).await {
            // The list changed so much between two pages that the cluster cannot go on: from the beginning, once.
            Err(error) if error.code == "object-version-gone" => self.list(query, &selector).await,
            listed => listed,
        }
    }

    async fn patch(&self, patch: &Patch) -> Result<Value, CallError> {
        let url = collection(&patch.key).url(&self.cluster.server, Some(&patch.key.name))?;
        let merge_patch = at_version(patch)?;
        let what = patch.key.to_string();
        let ask = Ask {
            method: Method::PATCH,
            url,
            merge_patch: Some(&merge_patch),
            time: REQUEST_TIME,
            wanted: Wanted { verb: "patch", what: &what },
        };
        self.ask_document(ask, MAX_OBJECT).await
    }

    async fn changed(
        &self,
        key: &Key,
        resource_version: &str,
        cancel: &CancellationToken,
    ) -> Result<(), CallError> {
        tokio::select! {
            biased;
            () = cancel.cancelled() => Ok(()),
            changed = self.wait_for_change(key, resource_version) => changed,
        }
    }
}

/// The patch with the version at which it may be merged: the API compares that itself.
fn at_version(patch: &Patch) -> Result<Value, CallError> {
    let mut merge_patch = patch.patch.clone();
    let invalid =
        |message: &str| CallError::invalid("object-patch-invalid", format!("{}: {message}", patch.key));
    let Some(fields) = merge_patch.as_object_mut() else {
        return Err(invalid("a merge patch must be an object"));
    };
    if let Some(version) = &patch.resource_version {
        let metadata = fields.entry("metadata").or_insert_with(|| json!({}));
        let Some(metadata) = metadata.as_object_mut() else {
            return Err(invalid("metadata must be an object in a patch that asks for a version"));
        };
        metadata.insert("resourceVersion".to_owned(), json!(version));
    }
    Ok(merge_patch)
}

#[cfg(test)]
mod tests {
    use windlass_model::call::ErrorKind;

    use super::*;

    #[test]
    fn a_version_goes_into_the_patch() {
        let key = Key {
            api_version: "v1".to_owned(),
            kind: "Secret".to_owned(),
            namespace: "n".to_owned(),
            name: "s".to_owned(),
        };
        let with = |patch: Value, version: Option<&str>| {
            let resource_version = version.map(str::to_owned);
            at_version(&Patch { key: key.clone(), patch, resource_version }).map_err(|error| error.kind)
        };
        assert_eq!(with(json!({"a": 1}), None), Ok(json!({"a": 1})));
        assert_eq!(with(json!({}), Some("7")), Ok(json!({"metadata": {"resourceVersion": "7"}})));
        let both = json!({"metadata": {"labels": {"x": null}, "resourceVersion": "7"}});
        assert_eq!(with(json!({"metadata": {"labels": {"x": null}}}), Some("7")), Ok(both));
        assert_eq!(with(json!({"metadata": null}), Some("7")), Err(ErrorKind::Invalid));
        assert_eq!(with(json!([]), None), Err(ErrorKind::Invalid));
    }
}
