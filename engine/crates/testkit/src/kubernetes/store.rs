//! The objects, and what happened to them lately: watches read that, each from where it is. One counter numbers all
//! changes and is every object's resource version.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Bound;
use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::{Value, json};
use tokio::sync::watch;
use windlass_model::call::objects::Key;

use super::resource::Resource;
use super::status::ApiStatus;

/// Objects at one time.
const MAX_OBJECTS: usize = 10_000;

/// Changes that watches can go back to.
const MAX_HISTORY: usize = 1_024;

/// Names one object.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct ObjectId {
    pub(super) resource: Arc<Resource>,
    pub(super) namespace: String,
    pub(super) name: String,
}

/// The order of objects: by kind, namespace, name.
type Place = (String, String, String);

impl ObjectId {
    fn place(&self) -> Place {
        (self.resource.qualified(), self.namespace.clone(), self.name.clone())
    }
}

/// One change.
#[derive(Debug, Clone)]
pub(super) struct Change {
    pub(super) version: u64,
    pub(super) id: ObjectId,
    /// The object before it; none if it was made.
    pub(super) before: Option<Arc<Value>>,
    /// The object after it; none if it was removed.
    pub(super) after: Option<Arc<Value>>,
}

/// Everything in an API.
#[derive(Debug)]
pub(super) struct Store {
    resources: Vec<Arc<Resource>>,
    objects: BTreeMap<Place, Arc<Value>>,
    history: VecDeque<Change>,
    /// The newest change that is no more in the history.
    forgotten: u64,
    version: watch::Sender<u64>,
}

impl Store {
    pub(super) fn new(resources: Vec<Resource>) -> Self {
        Self {
            resources: resources.into_iter().map(Arc::new).collect(),
            objects: BTreeMap::new(),
            history: VecDeque::new(),
            forgotten: 0,
            version: watch::Sender::new(0),
        }
    }

    pub(super) fn resources(&self) -> &[Arc<Resource>] {
        &self.resources
    }

    pub(super) fn by_plural(&self, group: &str, version: &str, plural: &str) -> Option<Arc<Resource>> {
        let fits = |r: &&Arc<Resource>| r.group == group && r.version == version && r.plural == plural;
        self.resources.iter().find(fits).cloned()
    }

    pub(super) fn by_kind(&self, api_version: &str, kind: &str) -> Option<Arc<Resource>> {
        self.resources.iter().find(|r| r.kind == kind && r.api_version() == api_version).cloned()
    }

    pub(super) fn id_of(&self, key: &Key) -> Result<ObjectId, ApiStatus> {
        let resource = self.by_kind(&key.api_version, &key.kind).ok_or_else(ApiStatus::no_such_resource)?;
        Ok(ObjectId { resource, namespace: key.namespace.clone(), name: key.name.clone() })
    }

    /// The newest change.
    pub(super) fn version(&self) -> u64 {
        *self.version.borrow()
    }

    /// Tells of every change.
    pub(super) fn subscribe(&self) -> watch::Receiver<u64> {
        self.version.subscribe()
    }

    pub(super) fn get(&self, id: &ObjectId) -> Option<&Value> {
        self.objects.get(&id.place()).map(Arc::as_ref)
    }

    /// The objects of a kind, in one namespace or (none) in all, by namespace and name.
    pub(super) fn of_kind(
        &self,
        resource: &Resource,
        namespace: Option<&str>,
    ) -> impl Iterator<Item = &Arc<Value>> {
        let kind = resource.qualified();
        let from = (kind.clone(), namespace.unwrap_or_default().to_owned(), String::new());
        let namespace = namespace.map(ToOwned::to_owned);
        self.objects
            .range((Bound::Included(from), Bound::Unbounded))
            .take_while(move |((of, at, _), _)| {
                *of == kind && namespace.as_ref().is_none_or(|namespace| at == namespace)
            })
            .map(|(_, object)| object)
    }

    /// Keeps an object as the next version of itself.
    pub(super) fn put(&mut self, id: &ObjectId, mut object: Value) -> Result<Value, ApiStatus> {
        let before = self.objects.get(&id.place()).cloned();
        if before.is_none() && self.objects.len() >= MAX_OBJECTS {
            return Err(ApiStatus::new(
                StatusCode::INSUFFICIENT_STORAGE,
                "InternalError",
                "there is no room for more objects",
            ));
        }
        let version = self.version() + 1;
        object["metadata"]["resourceVersion"] = json!(version.to_string());
        let after = Arc::new(object.clone());
        self.objects.insert(id.place(), Arc::clone(&after));
        self.record(Change { version, id: id.clone(), before, after: Some(after) });
        Ok(object)
    }

    /// Removes an object; the object as it was.
    pub(super) fn remove(&mut self, id: &ObjectId) -> Result<Arc<Value>, ApiStatus> {
        let before = self.objects.remove(&id.place()).ok_or_else(|| ApiStatus::not_found(id))?;
        let version = self.version() + 1;
        self.record(Change { version, id: id.clone(), before: Some(Arc::clone(&before)), after: None });
        Ok(before)
    }

    /// The changes after a version; an error if some of them are forgotten.
    pub(super) fn changes_after(&self, version: u64) -> Result<Vec<Change>, ApiStatus> {
        if version < self.forgotten {
            return Err(ApiStatus::gone(format!("too old resource version: {version} ({})", self.forgotten)));
        }
        let from = self.history.partition_point(|change| change.version <= version);
        Ok(self.history.range(from..).cloned().collect())
    }

    /// Forgets all changes. The objects stay.
    pub(super) fn forget_history(&mut self) {
        // One more change that nobody sees: whoever is at the newest version has missed it.
        self.version.send_modify(|version| *version += 1);
        self.forgotten = self.version();
        self.history.clear();
    }

    fn record(&mut self, change: Change) {
        let version = change.version;
        if self.history.len() == MAX_HISTORY
            && let Some(oldest) = self.history.pop_front()
        {
            self.forgotten = oldest.version;
        }
        self.history.push_back(change);
        self.version.send_replace(version);
    }
}
