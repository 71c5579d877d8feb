//! Reading an Application: its sources, what was deployed last, what is wished for.

use serde_json::Value;

pub(super) const API_VERSION: &str = "argoproj.io/v1alpha1";
pub(super) const KIND: &str = "Application";

/// The annotation that asks for a refresh: `normal` or `hard`.
pub(super) const REFRESH: &str = "argocd.argoproj.io/refresh";

/// Whether an Application has one source or a list of them: its status has one revision or a list of them then.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum PerSource<T> {
    One(T),
    Many(Vec<T>),
}

impl<T> PerSource<T> {
    pub(super) fn iter(&self) -> std::slice::Iter<'_, T> {
        match self {
            Self::One(item) => std::slice::from_ref(item).iter(),
            Self::Many(items) => items.iter(),
        }
    }

    /// The same shape with other items, which must be as many.
    pub(super) fn with<U>(&self, items: Vec<U>) -> Option<PerSource<U>> {
        match self {
            Self::One(_) => items.into_iter().next().map(PerSource::One),
            Self::Many(_) => Some(PerSource::Many(items)),
        }
    }
}

impl PerSource<String> {
    /// Writes the revisions into an object of the status.
    pub(super) fn write_to(&self, object: &mut Value) {
        match self {
            Self::One(revision) => object["revision"] = Value::from(revision.clone()),
            Self::Many(revisions) => object["revisions"] = Value::from(revisions.clone()),
        }
    }
}

impl PerSource<Value> {
    /// Writes the sources into an object of the status.
    pub(super) fn write_to(&self, object: &mut Value) {
        match self {
            Self::One(source) => object["source"] = source.clone(),
            Self::Many(sources) => object["sources"] = Value::from(sources.clone()),
        }
    }
}

/// The sources that an Application, or an operation that overrides them, has; none if it has none.
pub(super) fn sources(of: &Value) -> Option<PerSource<Value>> {
    match of.get("sources").and_then(Value::as_array) {
        Some(sources) if !sources.is_empty() => Some(PerSource::Many(sources.clone())),
        _ => of.get("source").filter(|source| source.is_object()).cloned().map(PerSource::One),
    }
}

/// The revisions of the last sync that succeeded.
pub(super) fn deployed(application: &Value) -> Option<PerSource<String>> {
    let last = application.pointer("/status/history")?.as_array()?.last()?;
    match last.get("revisions").and_then(Value::as_array) {
        Some(revisions) => {
            let texts = revisions.iter().filter_map(Value::as_str).map(ToOwned::to_owned);
            Some(PerSource::Many(texts.collect()))
        }
        None => Some(PerSource::One(last.get("revision")?.as_str()?.to_owned())),
    }
}

/// Whether an Application asks to be refreshed.
pub(super) fn wants_refresh(application: &Value) -> bool {
    application.pointer("/metadata/annotations").is_some_and(|all| all.get(REFRESH).is_some())
}

/// Takes the wish to be refreshed away.
pub(super) fn forget_refresh(application: &mut Value) {
    let Some(metadata) = application.get_mut("metadata").and_then(Value::as_object_mut) else { return };
    let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_object_mut) else { return };
    annotations.shift_remove(REFRESH);
    if annotations.is_empty() {
        metadata.shift_remove("annotations");
    }
}
