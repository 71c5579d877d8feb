//! `serve --sync`: what is in a folder or repository of manifests is applied, what has left it is taken away, and what
//! somebody else has changed is set back and told. Its documents are known by a record, so this goes on after a restart.

mod record;
mod source;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio_util::sync::CancellationToken;
use windlass_model::digest::Digest;
use windlass_model::ids::{Namespace, TenantId};
use windlass_model::time::Timestamp;
use windlass_ports::clock::Clock;
use windlass_ports::control_plane::{Actor, ControlPlane, Fault, WriteMode, WriteReport, Written};
use windlass_ports::journal::JournalError;
use windlass_ports::records::{DocumentChange, Expect, ResourceKey, Resources, SYNC};

use crate::manifests::{self, RawFile};
use record::{Drift, Record, Synced};
use source::Found;
pub(crate) use source::{Reader, Source, SyncFrom};

/// How often what is there is compared with a source that has not changed.
const COMPARE: Duration = Duration::from_secs(10);

/// Kinds that are made once, and not kept as a file says.
const NOT_SYNCED: [&str; 2] = ["Promotion", "Freight"];

/// The kinds that others live in: they are taken away last.
const LAST: [&str; 2] = ["Namespace", "Project"];

/// Keeps the server as a source says.
pub(super) struct Sync {
    source: Source,
    control: Arc<dyn ControlPlane>,
    resources: Arc<dyn Resources>,
    tenant: TenantId,
    clock: Arc<dyn Clock>,
}

/// The source as it was last read.
struct Seen {
    revision: Digest,
    /// Its manifests as one text, or what is wrong with them.
    text: Result<String, String>,
    /// When it was last compared with what is there.
    compared_at: Timestamp,
}

impl Sync {
    /// Of the one tenant that a server has.
    pub(super) fn new(
        source: Source,
        control: Arc<dyn ControlPlane>,
        resources: Arc<dyn Resources>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { source, control, resources, tenant: TenantId::default(), clock }
    }

    /// Goes on until it is stopped.
    pub(super) async fn run(self, stop: CancellationToken) {
        let mut seen: Option<Seen> = None;
        loop {
            if let Err(error) = self.round(&mut seen).await {
                tracing::warn!(source = self.source.name(), %error, "it cannot be synced for the moment");
            }
            let next = self.source.next(self.clock.as_ref());
            tokio::select! {
                () = self.clock.sleep_until(next) => {}
                () = stop.cancelled() => return,
            }
        }
    }

    /// Looks once, and applies what is new, or what has not been compared for some time.
    async fn round(&self, seen: &mut Option<Seen>) -> Result<(), JournalError> {
        let now = self.clock.now();
        let found = self.source.look(seen.as_ref().map(|seen| seen.revision)).await;
        match found {
            Ok(None) if seen.as_ref().is_none_or(|seen| now.since(seen.compared_at) < COMPARE) => {
                return Ok(());
            }
            Ok(None) => {}
            Ok(Some(Found { revision, files })) => {
                let text = tokio::task::spawn_blocking(move || checked_text(files)).await;
                let text = text.unwrap_or_else(|error| Err(error.to_string()));
                *seen = Some(Seen { revision, text, compared_at: now });
            }
            Err(problem) => {
                // Once it can be read again it is applied at once.
                *seen = None;
                return self.change_record(async |record| record.problems = vec![problem]).await;
            }
        }
        let Some(seen) = seen else { return Ok(()) };
        seen.compared_at = now;
        let (revision, text) = (seen.revision, &seen.text);
        self.change_record(async |record| match text {
            Ok(text) => self.apply(record, text, revision, now).await,
            Err(problem) => record.problems = vec![problem.clone()],
        })
        .await
    }

    async fn change_record(&self, change: impl AsyncFnOnce(&mut Record)) -> Result<(), JournalError> {
        let mut record = self.record().await?;
        let before = record.clone();
        change(&mut record).await;
        if record == before {
            return Ok(());
        }
        for problem in &record.problems {
            tracing::warn!(source = record.source, %problem, "it is not applied as a whole");
        }
        let document = serde_json::to_value(&record).map_err(|e| JournalError::Unavailable(e.to_string()))?;
        let put = DocumentChange::Put { key: self.key(), expect: Expect::Anything, document };
        self.resources.write(vec![put]).await.map(|_| ())
    }

    fn key(&self) -> ResourceKey {
        let namespace = Namespace::cluster();
        ResourceKey {
            tenant: self.tenant.clone(),
            kind: SYNC.to_owned(),
            namespace,
            name: SYNC.to_lowercase(),
        }
    }

    async fn record(&self) -> Result<Record, JournalError> {
        let source = self.source.name();
        let known = self.resources.get(&self.key()).await?.map(|document| document.value()).transpose()?;
        let known = known.and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default();
        Ok(Record { v: 1, source, ..known })
    }

    /// Applies what is there, and takes away what was and is not any more, unless something is wrong with the rest.
    async fn apply(&self, record: &mut Record, text: &str, digest: Digest, now: Timestamp) {
        let reports = match self.control.write(&self.actor(), text.as_bytes(), WriteMode::Upsert).await {
            Ok(reports) => reports,
            Err(error) => {
                record.problems = vec![error.message];
                return;
            }
        };
        record.problems.clear();
        let is_as_before = record.digest == Some(digest);
        let mut applied = BTreeSet::new();
        for WriteReport { result, .. } in reports {
            match result {
                Ok(written) => {
                    let (synced, is_changed) = written_as(&written);
                    if is_changed && is_as_before {
                        record.note_drift(Drift { of: synced.clone(), at: now });
                    }
                    applied.insert(synced);
                }
                Err(error) => record.problems.push(error.message),
            }
        }
        if record.problems.is_empty() {
            self.prune(record, &applied).await;
        }
        record.resources.extend(applied);
        if record.problems.is_empty() && !is_as_before {
            record.digest = Some(digest);
            record.synced_at = Some(now);
        }
    }

    async fn prune(&self, record: &mut Record, applied: &BTreeSet<Synced>) {
        let mut gone: Vec<Synced> = record.resources.difference(applied).cloned().collect();
        gone.sort_by_key(|synced| LAST.iter().rposition(|last| *last == synced.kind).map_or(0, |at| at + 1));
        for synced in gone {
            let namespace = Namespace::new(synced.namespace.clone()).unwrap_or_else(|_| Namespace::cluster());
            let deleted = self.control.delete(&self.actor(), &synced.kind, &namespace, &synced.name).await;
            match deleted {
                Err(error) if error.fault != Fault::NotFound => record.problems.push(error.message),
                _ => {
                    tracing::info!(
                        kind = synced.kind,
                        name = synced.name,
                        "taken away, as it is not in the source any more"
                    );
                    record.resources.remove(&synced);
                }
            }
        }
    }

    fn actor(&self) -> Actor {
        Actor("sync".to_owned())
    }
}

/// The texts of manifests as one, if all of them can be read and are of kinds that are synced.
fn checked_text(files: Vec<RawFile>) -> Result<String, String> {
    let files = manifests::parse_files(files).map_err(|failure| failure.to_string())?;
    let kinds = files.documents.iter().filter_map(|document| document.json["kind"].as_str());
    if let Some(kind) = kinds.into_iter().find(|kind| NOT_SYNCED.contains(kind)) {
        return Err(format!("{kind}s are made once and are not synced; take them out"));
    }
    Ok(files.text())
}

/// Which document was written, and whether it was another before.
fn written_as(written: &Written) -> (Synced, bool) {
    let (value, is_changed) = match written {
        Written::Created(value) | Written::Updated(value) | Written::Deleted(value) => (value, true),
        Written::Unchanged(value) => (value, false),
    };
    let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let synced =
        Synced { kind: text("/kind"), namespace: text("/metadata/namespace"), name: text("/metadata/name") };
    (synced, is_changed)
}
