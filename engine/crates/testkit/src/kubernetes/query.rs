//! What the query of a list or a watch asks for.

use serde_json::Value;

use super::selector::Selector;
use super::status::ApiStatus;

/// The options of a list or a watch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ListQuery {
    pub(super) watch: bool,
    /// The version to go on from; none or 0: from what is there.
    pub(super) resource_version: Option<u64>,
    pub(super) timeout_seconds: Option<u64>,
    pub(super) limit: Option<usize>,
    pub(super) resume: Option<String>,
    labels: Selector,
    name: Option<String>,
    namespace: Option<String>,
}

impl ListQuery {
    /// Reads a query. Options that change nothing here are accepted.
    pub(super) fn parse(query: &str) -> Result<Self, ApiStatus> {
        let mut parsed = Self::default();
        for (key, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let number = || {
                value.parse::<u64>().map_err(|_| {
                    ApiStatus::bad_request(format!("invalid value for {key}: {value:?} is no number"))
                })
            };
            match &*key {
                "watch" => parsed.watch = matches!(&*value, "true" | "1"),
                "resourceVersion" if value.is_empty() => {}
                "resourceVersion" => parsed.resource_version = Some(number()?).filter(|n| *n > 0),
                "timeoutSeconds" => parsed.timeout_seconds = Some(number()?),
                "limit" => parsed.limit = usize::try_from(number()?).ok().filter(|n| *n > 0),
                "continue" => parsed.resume = Some(value.into_owned()).filter(|v| !v.is_empty()),
                "labelSelector" => {
                    parsed.labels = Selector::parse(&value).map_err(|piece| {
                        ApiStatus::bad_request(format!("unable to parse requirement: {piece:?}"))
                    })?;
                }
                "fieldSelector" => parsed.select_fields(&value)?,
                _ => {}
            }
        }
        Ok(parsed)
    }

    fn select_fields(&mut self, selector: &str) -> Result<(), ApiStatus> {
        for piece in selector.split(',').filter(|piece| !piece.is_empty()) {
            match piece.split_once('=') {
                Some(("metadata.name", name)) => self.name = Some(name.trim_start_matches('=').to_owned()),
                Some(("metadata.namespace", namespace)) => {
                    self.namespace = Some(namespace.trim_start_matches('=').to_owned());
                }
                _ => {
                    return Err(ApiStatus::bad_request(format!("field label not supported: {piece}")));
                }
            }
        }
        Ok(())
    }

    /// Whether an object is one of those asked for.
    pub(super) fn matches(&self, object: &Value) -> bool {
        let is = |pointer: &str, wanted: &Option<String>| {
            wanted.as_deref().is_none_or(|wanted| object.pointer(pointer).is_some_and(|v| v == wanted))
        };
        is("/metadata/name", &self.name)
            && is("/metadata/namespace", &self.namespace)
            && self.labels.matches(object)
    }
}
