//! Helm repositories over HTTP: a file `index.yaml` lists all charts with all versions. A repository that says of which
//! state its index is gets asked whether it has changed.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use serde_json::Value;
use url::Url;
use windlass_model::digest::Digest;
use windlass_model::ids::TenantId;
use windlass_ports::images::RegistryError;

use crate::answer::refusal;
use crate::session::{Wire, basic};

/// How URLs of charts in OCI registries begin.
pub(crate) const OCI: &str = "oci://";

/// The largest index that is read, in bytes.
const MAX_INDEX: u64 = 64 << 20;

/// Indexes that are kept; beyond that all are asked for anew.
const MAX_KEPT: usize = 100;

/// The versions of each chart.
type Index = BTreeMap<String, Vec<String>>;

/// Indexes by who sees them.
#[derive(Debug, Default)]
pub(crate) struct ChartIndexes(Mutex<HashMap<Key, Kept>>);

type Key = (TenantId, Digest, Url);

#[derive(Debug, Clone)]
struct Kept {
    /// What the question says that asks whether it has changed.
    condition: (HeaderName, HeaderValue),
    index: Arc<Index>,
}

impl ChartIndexes {
    /// The versions of a chart.
    pub(crate) async fn versions(
        &self,
        wire: &Wire<'_>,
        repository: &str,
        name: &str,
    ) -> Result<Vec<String>, RegistryError> {
        let url = index_url(repository)?;
        let index = self.index(wire, url, repository).await?;
        Ok(index.get(name).cloned().unwrap_or_default())
    }

    async fn index(&self, wire: &Wire<'_>, url: Url, what: &str) -> Result<Arc<Index>, RegistryError> {
        let what = format!("the index of {what}");
        let key = (wire.scope.tenant.clone(), wire.credential_digest(), url.clone());
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        let mut headers = HeaderMap::new();
        if let Some(credential) = wire.credential {
            headers.insert(header::AUTHORIZATION, basic(credential));
        }
        if let Some(Kept { condition: (name, value), .. }) = &kept {
            headers.insert(name, value.clone());
        }
        let response = wire.send_patiently(&Method::GET, &url, &headers, &what).await?;
        if let (StatusCode::NOT_MODIFIED, Some(kept)) = (response.status, kept) {
            return Ok(kept.index);
        }
        if response.status != StatusCode::OK {
            return Err(refusal(response, &what).await);
        }
        let condition = condition(&response.headers);
        let content = response.bytes(MAX_INDEX).await;
        let content = content.map_err(|e| unreadable(&what, &e.message))?;
        let index = Arc::new(parse(&content).map_err(|why| unreadable(&what, &why))?);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MAX_KEPT {
            all.clear();
        }
        match condition {
            Some(condition) => all.insert(key, Kept { condition, index: Arc::clone(&index) }),
            None => all.remove(&key),
        };
        Ok(index)
    }
}

/// Where the index of a repository is.
fn index_url(repository: &str) -> Result<Url, RegistryError> {
    let invalid =
        || RegistryError::Unavailable(format!("{repository:?} is not the URL of a chart repository"));
    let mut url = Url::parse(repository).map_err(|_| invalid())?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(invalid());
    }
    url.path_segments_mut().map_err(|()| invalid())?.pop_if_empty().push("index.yaml");
    Ok(url)
}

fn condition(headers: &HeaderMap) -> Option<(HeaderName, HeaderValue)> {
    let etag = headers.get(header::ETAG).map(|value| (header::IF_NONE_MATCH, value.clone()));
    etag.or_else(|| {
        headers.get(header::LAST_MODIFIED).map(|value| (header::IF_MODIFIED_SINCE, value.clone()))
    })
}

fn parse(content: &[u8]) -> Result<Index, String> {
    let text = windlass_yaml::decode_utf8(content).map_err(|e| e.to_string())?;
    let document = windlass_yaml::to_json(text).map_err(|e| e.to_string())?;
    let entries = document.get("entries").and_then(Value::as_object);
    let Some(entries) = entries else { return Err("it has no entries".to_owned()) };
    let version = |entry: &Value| entry.get("version").and_then(Value::as_str).map(ToOwned::to_owned);
    let versions = |chart: &Value| chart.as_array().into_iter().flatten().filter_map(version).collect();
    Ok(entries.iter().map(|(name, chart)| (name.clone(), versions(chart))).collect())
}

fn unreadable(what: &str, why: &str) -> RegistryError {
    RegistryError::Unavailable(format!("{what} cannot be read: {why}"))
}
