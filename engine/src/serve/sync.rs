//! `serve --sync`: what is in a folder of manifests is applied, what has left it is taken away, and what somebody else has
//! changed is set back and told. The folder's documents are known by a record, so this goes on after a restart.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use windlass_model::digest::Digest;
use windlass_model::ids::{Namespace, TenantId};
use windlass_model::time::Timestamp;
use windlass_ports::clock::Clock;
use windlass_ports::control_plane::{Actor, ControlPlane, Fault, WriteMode, WriteReport, Written};
use windlass_ports::journal::JournalError;
use windlass_ports::records::{DocumentChange, Expect, ResourceKey, Resources, SYNC};

use crate::manifests;

/// How often the folder is looked at.
const LOOK: Duration = Duration::from_secs(2);

/// How often what is there is compared with a folder that has not changed.
const COMPARE: Duration = Duration::from_secs(10);

/// Changes by others that are remembered.
const MOST_DRIFT: usize = 20;

/// Kinds that are made once, and not kept as a file says.
const NOT_SYNCED: [&str; 2] = ["Promotion", "Freight"];

/// The kinds that others live in: they are taken away last.
const LAST: [&str; 2] = ["Namespace", "Project"];

/// A document of the folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Synced {
    kind: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    namespace: String,
    name: String,
}

/// A change that somebody else made, and that was set back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Drift {
    #[serde(flatten)]
    of: Synced,
    at: Timestamp,
}

/// What is recorded of a folder.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Record {
    v: u32,
    source: String,
    resources: BTreeSet<Synced>,
    /// When the folder was last applied as a whole after it had changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    synced_at: Option<Timestamp>,
    /// Of the folder as it was then.
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<Digest>,
    /// What is wrong with it now.
    problems: Vec<String>,
    /// What others changed, newest last.
    drift: Vec<Drift>,
}

/// Keeps the server as a folder says.
pub(super) struct Sync {
    dir: PathBuf,
    control: Arc<dyn ControlPlane>,
    resources: Arc<dyn Resources>,
    tenant: TenantId,
    clock: Arc<dyn Clock>,
}

impl Sync {
    /// Of the one tenant that a server has.
    pub(super) fn new(
        dir: PathBuf,
        control: Arc<dyn ControlPlane>,
        resources: Arc<dyn Resources>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { dir, control, resources, tenant: TenantId::default(), clock }
    }

    /// Goes on until it is stopped.
    pub(super) async fn run(self, stop: CancellationToken) {
        let mut compared: Option<(Digest, Timestamp)> = None;
        loop {
            if let Err(error) = self.round(&mut compared).await {
                tracing::warn!(dir = %self.dir.display(), %error, "the folder cannot be synced for the moment");
            }
            let next = self.clock.now().plus(LOOK);
            tokio::select! {
                () = self.clock.sleep_until(next) => {}
                () = stop.cancelled() => return,
            }
        }
    }

    /// Looks once. `compared` is the folder as it was when it was last compared, and when that was.
    async fn round(&self, compared: &mut Option<(Digest, Timestamp)>) -> Result<(), JournalError> {
        let mut record = self.record().await?;
        let before = record.clone();
        let now = self.clock.now();
        match self.read().await {
            Ok(text) => {
                let digest = Digest::of(text.as_bytes());
                if compared.as_ref().is_some_and(|(seen, at)| *seen == digest && now.since(*at) < COMPARE) {
                    return Ok(());
                }
                self.apply(&mut record, &text, digest, now).await;
                *compared = Some((digest, now));
            }
            Err(problem) => record.problems = vec![problem],
        }
        if record == before {
            return Ok(());
        }
        for problem in &record.problems {
            tracing::warn!(dir = %self.dir.display(), %problem, "the folder is not applied as a whole");
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
        let source = self.dir.display().to_string();
        let known = self.resources.get(&self.key()).await?.map(|document| document.value()).transpose()?;
        let known = known.and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default();
        Ok(Record { v: 1, source, ..known })
    }

    /// The manifests of the folder, as one text.
    async fn read(&self) -> Result<String, String> {
        let dir = self.dir.clone();
        let read = tokio::task::spawn_blocking(move || {
            let files = manifests::read_files(&dir).map_err(|failure| failure.to_string())?;
            let kinds = files.documents.iter().filter_map(|document| document.json["kind"].as_str());
            if let Some(kind) = kinds.into_iter().find(|kind| NOT_SYNCED.contains(kind)) {
                let message =
                    format!("{kind}s are made once and are not synced; take them out of the folder");
                return Err(message);
            }
            Ok(files.files.iter().map(|file| file.text.as_str()).collect::<Vec<_>>().join("\n---\n"))
        });
        read.await.unwrap_or_else(|error| Err(error.to_string()))
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
                        "taken away, as the folder has it no more"
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

impl Record {
    fn note_drift(&mut self, drift: Drift) {
        tracing::warn!(kind = drift.of.kind, name = drift.of.name, "somebody changed it, and it is set back");
        self.drift.push(drift);
        let most = self.drift.len().saturating_sub(MOST_DRIFT);
        self.drift.drain(..most);
    }
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
