//! A store in memory for simulations: always the same order of everything, and writes that fail when a test wants them to,
//! before or after they were made. It outlives the processes that use it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use serde_json::{Value, json};
use windlass_model::event::promotion::LogLine;
use windlass_model::ids::{FencingToken, Namespace, PromotionUid, TenantId};
use windlass_model::time::Timestamp;
use windlass_ports::journal::{Append, Journal, JournalError, UnitKey, UnitKind, UnitSummary, Version};
use windlass_ports::records::{
    AttemptLogs, ChangeRefused, Document, DocumentChange, Listing, LogKey, Made, ResourceKey,
    ResourceVersion, Resources, Watch, WatchExpired,
};

/// When a write fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failing {
    /// It is not made.
    Before,
    /// It is made, and nobody learns of it.
    After,
    /// It is never answered.
    Hang,
}

/// Says of each write whether it fails.
type Plan = Box<dyn FnMut() -> Option<Failing> + Send>;

#[derive(Debug, Clone, Default)]
struct Unit {
    events: BTreeMap<i64, Value>,
    version: i64,
    summary: Value,
    inbox: Vec<(i64, Value)>,
    token: i64,
}

/// What a process that is killed leaves behind.
#[derive(Debug, Clone, Default)]
struct Record {
    units: BTreeMap<String, (UnitKey, Unit)>,
    documents: BTreeMap<ResourceKey, Document>,
    last: i64,
}

/// The store.
#[derive(Default)]
pub struct MemoryStore {
    record: Mutex<Record>,
    plan: Mutex<Option<Plan>>,
    operations: AtomicU64,
}

impl MemoryStore {
    /// From now on writes fail as `plan` says; none: they do not fail.
    pub fn fail(&self, plan: Option<Plan>) {
        *self.plan.lock().unwrap_or_else(PoisonError::into_inner) = plan;
    }

    /// A document as it is.
    #[must_use]
    pub fn document(&self, kind: &str, name: &str) -> Option<Value> {
        let record = self.record();
        let found = record.documents.values().find(|d| d.key.kind == kind && d.key.name == name)?;
        serde_json::from_str(&found.text).ok()
    }

    /// All documents of a kind.
    #[must_use]
    pub fn documents(&self, kind: &str) -> Vec<Value> {
        let record = self.record();
        let of_kind = record.documents.values().filter(|d| d.key.kind == kind);
        of_kind.filter_map(|d| serde_json::from_str(&d.text).ok()).collect()
    }

    /// How often it was asked for something: as long as this grows, somebody works.
    #[must_use]
    pub fn operations(&self) -> u64 {
        self.operations.load(Ordering::Relaxed)
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.operations.fetch_add(1, Ordering::Relaxed);
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a change as a whole or not at all.
    async fn change<T>(
        &self,
        change: impl FnOnce(&mut Record) -> Result<T, JournalError>,
    ) -> Result<T, JournalError> {
        let failing =
            self.plan.lock().unwrap_or_else(PoisonError::into_inner).as_mut().and_then(|plan| plan());
        let unavailable = || JournalError::Unavailable("the store fails, as a test wants it to".to_owned());
        if failing == Some(Failing::Hang) {
            std::future::pending::<()>().await;
        }
        if failing == Some(Failing::Before) {
            return Err(unavailable());
        }
        let mut record = self.record();
        let mut next = record.clone();
        let answer = change(&mut next)?;
        *record = next;
        if failing == Some(Failing::After) { Err(unavailable()) } else { Ok(answer) }
    }
}

fn name(unit: &UnitKey) -> String {
    format!("{}/{}/{}/{}", unit.kind.as_str(), unit.tenant, unit.project, unit.id)
}

impl Record {
    fn unit(&mut self, key: &UnitKey) -> &mut Unit {
        &mut self.units.entry(name(key)).or_insert_with(|| (key.clone(), Unit::default())).1
    }

    fn next(&mut self) -> i64 {
        self.last += 1;
        self.last
    }

    fn append(&mut self, append: Append) -> Result<Version, JournalError> {
        let unit = self.unit(&append.unit);
        if append.fencing.is_some_and(|token| token.0 != unit.token) {
            return Err(JournalError::Superseded);
        }
        if unit.version != append.expected.0 {
            return Err(JournalError::Conflict);
        }
        for event in append.events {
            unit.version += 1;
            unit.events.insert(unit.version, event);
        }
        unit.summary = append.summary;
        unit.inbox.retain(|(number, _)| append.consumed.is_none_or(|upto| *number > upto));
        let version = Version(unit.version);
        for (to, command) in append.commands {
            let number = self.next();
            self.unit(&to).inbox.push((number, command));
        }
        for change in &append.documents {
            self.change(change)?;
        }
        Ok(version)
    }

    fn change(&mut self, change: &DocumentChange) -> Result<ResourceVersion, JournalError> {
        let key = change.key();
        let found = self.documents.get(key).cloned();
        let unchanged = found.as_ref().map_or(ResourceVersion(0), |found| found.version);
        let mut document = match change.make(found.as_ref())? {
            Made::Nothing => return Ok(unchanged),
            Made::Deleted => {
                self.documents.remove(key);
                self.next();
                return Ok(ResourceVersion(0));
            }
            Made::Document(document) => document,
        };
        if let Some((pointer, text)) = change.unique() {
            let has = |other: &&Document| {
                let is_other = other.key.kind == key.kind && other.key.name != key.name;
                is_other && other.value().is_ok_and(|value| value.pointer(pointer) == Some(&json!(text)))
            };
            if let Some(other) = self.documents.values().find(has) {
                return Err(ChangeRefused::Taken(other.key.name.clone()).into());
            }
        }
        let version = self.next();
        let version = ResourceVersion(version);
        document.set_version(version);
        let stored = Document { key: key.clone(), version, text: document.to_string().into() };
        self.documents.insert(key.clone(), stored);
        Ok(version)
    }
}

#[async_trait]
impl Journal for MemoryStore {
    async fn append(&self, append: Append) -> Result<Version, JournalError> {
        self.change(|record| record.append(append)).await
    }

    async fn read(&self, unit: &UnitKey, after: Version) -> Result<Vec<(Version, Value)>, JournalError> {
        let mut record = self.record();
        let events = record.unit(unit).events.range(after.0 + 1..);
        Ok(events.map(|(version, event)| (Version(*version), event.clone())).collect())
    }

    async fn compact(&self, unit: &UnitKey, upto: Version, snapshot: Value) -> Result<(), JournalError> {
        self.change(|record| {
            let unit = record.unit(unit);
            unit.events.retain(|version, _| *version > upto.0);
            unit.events.insert(upto.0, snapshot);
            Ok(())
        })
        .await
    }

    async fn forget(&self, unit: &UnitKey) -> Result<(), JournalError> {
        self.change(|record| {
            record.units.remove(&name(unit));
            Ok(())
        })
        .await
    }

    async fn sweep(&self) -> Result<u64, JournalError> {
        Ok(0)
    }

    async fn inbox(&self, unit: &UnitKey) -> Result<Vec<(i64, Value)>, JournalError> {
        Ok(self.record().unit(unit).inbox.clone())
    }

    async fn acquire(
        &self,
        unit: &UnitKey,
        _owner: &str,
        _now: Timestamp,
        _until: Timestamp,
    ) -> Result<FencingToken, JournalError> {
        self.change(|record| {
            let unit = record.unit(unit);
            unit.token += 1;
            Ok(FencingToken(unit.token))
        })
        .await
    }

    async fn release(&self, _unit: &UnitKey, _token: FencingToken) -> Result<(), JournalError> {
        Ok(())
    }

    async fn units(&self, _tenant: &TenantId, kind: UnitKind) -> Result<Vec<UnitSummary>, JournalError> {
        let record = self.record();
        let of_kind = record.units.values().filter(|(key, unit)| key.kind == kind && unit.version > 0);
        let summary = |(key, unit): &(UnitKey, Unit)| UnitSummary {
            id: key.id.clone(),
            project: key.project.clone(),
            summary: unit.summary.clone(),
        };
        Ok(of_kind.map(summary).collect())
    }
}

#[async_trait]
impl Resources for MemoryStore {
    async fn write(&self, changes: Vec<DocumentChange>) -> Result<Vec<ResourceVersion>, JournalError> {
        self.change(|record| changes.iter().map(|change| record.change(change)).collect()).await
    }

    async fn get(&self, key: &ResourceKey) -> Result<Option<Document>, JournalError> {
        Ok(self.record().documents.get(key).cloned())
    }

    async fn list(
        &self,
        tenant: &TenantId,
        kind: &str,
        namespace: Option<&Namespace>,
    ) -> Result<Listing, JournalError> {
        let record = self.record();
        let is_asked_for = |key: &ResourceKey| {
            key.tenant == *tenant && key.kind == kind && namespace.is_none_or(|asked| key.namespace == *asked)
        };
        let documents = record.documents.values().filter(|d| is_asked_for(&d.key)).cloned().collect();
        Ok(Listing { version: ResourceVersion(record.last), documents })
    }

    async fn names(
        &self,
        tenant: &TenantId,
        kind: &str,
        namespace: &Namespace,
    ) -> Result<Vec<String>, JournalError> {
        let listing = self.list(tenant, kind, Some(namespace)).await?;
        Ok(listing.documents.into_iter().map(|document| document.key.name).collect())
    }

    /// Nobody watches in a simulation.
    fn watch(&self, _tenant: &TenantId, after: ResourceVersion) -> Result<Box<dyn Watch>, WatchExpired> {
        Err(WatchExpired { asked: after, oldest: ResourceVersion(self.record().last) })
    }
}

#[async_trait]
impl AttemptLogs for MemoryStore {
    async fn write_log(&self, _key: &LogKey, _lines: &[LogLine]) -> Result<(), JournalError> {
        Ok(())
    }

    async fn read_log(&self, _key: &LogKey) -> Result<Vec<LogLine>, JournalError> {
        Ok(Vec::new())
    }

    async fn forget_logs(&self, _tenant: &TenantId, _promotion: PromotionUid) -> Result<(), JournalError> {
        Ok(())
    }
}
