//! The freight of a project and what is known of its way, in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{PoisonError, RwLock};

use serde_json::Value;
use windlass_model::freight::FreightOrigin;
use windlass_model::ids::FreightName;
use windlass_model::time::Timestamp;
use windlass_promotion::availability::FreightStatus;
use windlass_promotion::stage::candidate::{FreightOf, FreightView};

use crate::data::{FreightStatuses, status_json};

/// One freight.
#[derive(Debug, Clone)]
pub(crate) struct FreightEntry {
    pub(crate) alias: String,
    pub(crate) origin: FreightOrigin,
    pub(crate) discovered_at: Timestamp,
    pub(crate) status: FreightStatus,
}

impl FreightEntry {
    /// What a document says of its freight; none if it is damaged.
    pub(crate) fn of_document(document: &Value) -> Option<Self> {
        let text = |pointer: &str| document.pointer(pointer).and_then(Value::as_str);
        let discovered = text("/discoveredAt").or_else(|| text("/metadata/creationTimestamp"));
        Some(Self {
            alias: text("/alias").unwrap_or_default().to_owned(),
            origin: serde_json::from_value(document.get("origin")?.clone()).ok()?,
            discovered_at: discovered?.parse().ok()?,
            status: FreightStatus::default(),
        })
    }
}

/// All freight of a project.
#[derive(Debug, Default)]
pub(crate) struct FreightIndex {
    by_name: BTreeMap<FreightName, FreightEntry>,
    /// By time and name, so that the last one is the newest.
    by_origin: BTreeMap<String, BTreeSet<(Timestamp, FreightName)>>,
}

impl FreightIndex {
    pub(crate) fn get(&self, name: &FreightName) -> Option<&FreightEntry> {
        self.by_name.get(name)
    }

    /// The freight that a name or an alias means.
    pub(crate) fn find(&self, name_or_alias: &str) -> Option<&FreightName> {
        let named = self.by_name.keys().find(|name| name.as_str() == name_or_alias);
        named.or_else(|| self.by_alias(name_or_alias))
    }

    pub(crate) fn by_alias(&self, alias: &str) -> Option<&FreightName> {
        self.by_name.iter().find(|(_, entry)| entry.alias == alias).map(|(name, _)| name)
    }

    /// Puts freight in, or renews what its document says of it.
    pub(crate) fn put(&mut self, name: FreightName, entry: FreightEntry) {
        let status = self.remove(&name).map(|old| old.status).unwrap_or_default();
        let key = (entry.discovered_at, name.clone());
        self.by_origin.entry(entry.origin.to_string()).or_default().insert(key);
        self.by_name.insert(name, FreightEntry { status, ..entry });
    }

    pub(crate) fn remove(&mut self, name: &FreightName) -> Option<FreightEntry> {
        let entry = self.by_name.remove(name)?;
        if let Some(of_origin) = self.by_origin.get_mut(&entry.origin.to_string()) {
            of_origin.remove(&(entry.discovered_at, name.clone()));
        }
        Some(entry)
    }

    /// All freight, by origin.
    pub(crate) fn by_origin(&self) -> impl Iterator<Item = (&String, impl Iterator<Item = &FreightName>)> {
        self.by_origin.iter().map(|(origin, names)| (origin, names.iter().map(|(_, name)| name)))
    }

    pub(crate) fn status_mut(&mut self, name: &FreightName) -> Option<&mut FreightStatus> {
        self.by_name.get_mut(name).map(|entry| &mut entry.status)
    }
}

impl FreightOf for FreightIndex {
    fn freight_of(&self, origin: &FreightOrigin) -> Vec<FreightView<'_>> {
        let of_origin = self.by_origin.get(&origin.to_string()).into_iter().flatten().rev();
        let view = |(_, name): &'_ (Timestamp, FreightName)| {
            let (name, entry) = self.by_name.get_key_value(name)?;
            Some(FreightView { name, discovered_at: entry.discovered_at, status: &entry.status })
        };
        of_origin.filter_map(view).collect()
    }
}

impl FreightStatuses for RwLock<FreightIndex> {
    fn status_of(&self, freight: &str) -> Option<Value> {
        let name = FreightName::new(freight).ok()?;
        let index = self.read().unwrap_or_else(PoisonError::into_inner);
        index.get(&name).map(|entry| status_json(&entry.status))
    }
}
