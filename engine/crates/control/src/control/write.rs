//! Writing documents: each is checked against what is there, stored, and told to the projects it concerns.

use serde_json::Value;
use tokio::sync::oneshot;
use windlass_model::ids::{Namespace, ProjectName};
use windlass_model::manifest::warehouse::Warehouse;
use windlass_ports::control_plane::{
    Actor, ApiError, ControlPlane as _, Fault, WriteMode, WriteReport, Written,
};
use windlass_ports::journal::JournalError;
use windlass_ports::records::{ChangeRefused, Document, DocumentChange, Expect, ResourceKey};

use super::{Control, failed, not_found};
use crate::actor::Message;
use crate::admit;
use crate::ports::ReadManifest;
use crate::project::is_common_namespace;
use crate::registry::Entry;

/// Kinds without a namespace.
const CLUSTER_KINDS: [&str; 5] =
    ["Project", "ClusterConfig", "ClusterPromotionTask", "Namespace", "ClusterAnalysisTemplate"];

/// What is around a document that is written.
struct Around(Option<Entry>);

impl admit::World for Around {
    fn warehouse(&self, name: &str) -> Option<Warehouse> {
        let project = self.0.as_ref()?.started.cell.get();
        project.warehouses.get(name).map(|warehouse| warehouse.as_ref().clone())
    }

    fn freight_with_alias(&self, alias: &str) -> Option<String> {
        self.0.as_ref()?.started.freight_with_alias(alias)
    }
}

/// A written document as the writer is shown it.
fn shown(key: &ResourceKey, value: Value) -> Value {
    if key.kind == "Secret" { admit::redacted(value) } else { value }
}

fn exists(key: &ResourceKey) -> ApiError {
    let kind = key.kind.to_lowercase();
    let message = format!("{kind}{} {:?} already exists", super::group(&key.kind), key.name);
    ApiError::new(Fault::Conflict, message)
}

/// A document that names a version is about that one, and does not undo what others have changed since. One that is not
/// there is made whatever the document names, so that what was saved can be brought back.
fn check_version(key: &ResourceKey, old: Option<&Document>, document: &Value) -> Result<(), ApiError> {
    let Some(old) = old else { return Ok(()) };
    match document.pointer("/metadata/resourceVersion").and_then(Value::as_str) {
        None | Some("") => Ok(()),
        Some(named) if named == old.version.to_string() => Ok(()),
        Some(_) => {
            let message = format!(
                "Operation cannot be fulfilled on {}s{} {:?}: the object has been modified; please apply your changes to \
                 the latest version and try again",
                key.kind.to_lowercase(),
                super::group(&key.kind),
                key.name
            );
            Err(ApiError::new(Fault::Conflict, message))
        }
    }
}

impl Control {
    pub(super) async fn write_all(
        &self,
        actor: &Actor,
        text: &[u8],
        mode: WriteMode,
    ) -> Result<Vec<WriteReport>, ApiError> {
        let mut manifests = self.ports.manifests.read(text)?;
        // Others are in a project's namespace, so projects come first, and go last.
        let is_project =
            |manifest: &ReadManifest| matches!(manifest.json["kind"].as_str(), Some("Project" | "Namespace"));
        manifests.sort_by_key(|manifest| is_project(manifest) == (mode == WriteMode::Delete));
        let mut reports = Vec::with_capacity(manifests.len());
        for manifest in manifests {
            let warnings = manifest.warnings.clone();
            let result = match mode {
                WriteMode::Delete => self.delete_document(actor, manifest.json).await,
                _ => self.write_one(actor, manifest, mode).await,
            };
            reports.push(WriteReport { result, warnings });
        }
        Ok(reports)
    }

    /// Which resource a document is.
    pub(super) fn key_of(&self, document: &Value) -> Result<ResourceKey, ApiError> {
        let text = |pointer: &str| document.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let kind = text("/kind");
        if kind.is_empty() {
            let message = format!("error unmarshaling manifest: Object 'Kind' is missing in '{document}'");
            return Err(ApiError::new(Fault::BadRequest, message));
        }
        let namespace = if CLUSTER_KINDS.contains(&kind) { "" } else { text("/metadata/namespace") };
        let namespace =
            Namespace::new(namespace).map_err(|e| ApiError::new(Fault::Invalid, e.to_string()))?;
        Ok(self.key(kind, &namespace, text("/metadata/name")))
    }

    async fn write_one(
        &self,
        actor: &Actor,
        manifest: ReadManifest,
        mode: WriteMode,
    ) -> Result<Written, ApiError> {
        let document = manifest.json;
        let mut key = self.key_of(&document)?;
        if !manifest.problems.is_empty() {
            return Err(admit::invalid(&key, &manifest.problems));
        }
        if key.kind == "Promotion" {
            let project = key.namespace.project().ok_or_else(|| not_found("Project", ""))?;
            return self.promote_manifest(actor, &project, &document).await.map(Written::Created);
        }
        let _alone = self.writing.lock().await;
        // A status that is written between reading and writing is no reason to refuse a manifest, unless that names the
        // version it is about.
        loop {
            if let Some(written) = self.try_to_write(actor, &mut key, document.clone(), mode).await? {
                return Ok(written);
            }
        }
    }

    /// Writes a document on what is there; none if that has changed meanwhile.
    async fn try_to_write(
        &self,
        actor: &Actor,
        key: &mut ResourceKey,
        document: Value,
        mode: WriteMode,
    ) -> Result<Option<Written>, ApiError> {
        let old = self.ports.resources.get(key).await.map_err(failed)?;
        self.check_mode(key, old.as_ref(), mode)?;
        self.check_namespace(key)?;
        check_version(key, old.as_ref(), &document)?;
        let old_value = old.as_ref().map(|old| old.value()).transpose().map_err(failed)?;
        let request = admit::Request {
            key,
            document,
            old: old_value.as_ref(),
            actor: &actor.0,
            uid: self.ports.ids.uuid(),
            now: self.ports.clock.now(),
        };
        let entry = key.namespace.project().and_then(|project| self.registry.get(&project));
        let admitted = admit::admit(request, &Around(entry))?;
        if admitted.is_unchanged {
            self.load_if_missing(key).await?;
            return Ok(Some(Written::Unchanged(shown(key, old_value.unwrap_or_default()))));
        }
        let expect = old.as_ref().map_or(Expect::Absent, |old| Expect::Version(old.version));
        key.name = admitted.name;
        if let (None, "Project", Ok(name)) = (&old, key.kind.as_str(), ProjectName::new(key.name.clone())) {
            // A project before it, of the same name, may not have been forgotten as a whole.
            self.forget_units(&name).await?;
        }
        let put = DocumentChange::Put { key: key.clone(), expect, document: admitted.document };
        match self.ports.resources.write(vec![put]).await {
            Ok(_) => {}
            Err(JournalError::Document(ChangeRefused::Exists)) => return Err(exists(key)),
            Err(JournalError::Document(ChangeRefused::Stale)) => return Ok(None),
            Err(error) => {
                self.doubt(key).await;
                return Err(failed(error));
            }
        }
        let value = self.follow_stored(key).await?;
        let value = shown(key, value);
        Ok(Some(if old.is_some() { Written::Updated(value) } else { Written::Created(value) }))
    }

    fn check_mode(&self, key: &ResourceKey, old: Option<&Document>, mode: WriteMode) -> Result<(), ApiError> {
        match (mode, old) {
            (WriteMode::Create, Some(_)) => Err(exists(key)),
            (WriteMode::Update, None) => Err(ApiError::not_found("resource does not exist")),
            _ => Ok(()),
        }
    }

    fn check_namespace(&self, key: &ResourceKey) -> Result<(), ApiError> {
        if key.kind == "Project" && is_common_namespace(&key.name) {
            let message = format!(
                "projects{} {:?} cannot be made: the namespace of that name is of all projects; choose another name",
                super::group(&key.kind),
                key.name
            );
            return Err(ApiError::new(Fault::Conflict, message));
        }
        if key.namespace.is_cluster() || is_common_namespace(key.namespace.as_str()) {
            return Ok(());
        }
        match key.namespace.project().and_then(|project| self.registry.get(&project)) {
            Some(_) => Ok(()),
            None => Err(ApiError::not_found(format!("namespaces {:?} not found", key.namespace.as_str()))),
        }
    }

    /// Tells the projects that a document concerns.
    pub(super) async fn follow(&self, key: &ResourceKey, value: Option<&Value>) -> Result<(), ApiError> {
        if value.is_some() && self.load_if_missing(key).await? {
            return Ok(());
        }
        for project in self.concerned(key) {
            let (done, heard) = oneshot::channel();
            let message = Message::Changed { key: key.clone(), document: value.cloned(), done };
            self.tell(&project, message).await;
            let _ = heard.await;
        }
        Ok(())
    }

    /// Tells the projects what is stored now.
    pub(super) async fn follow_stored(&self, key: &ResourceKey) -> Result<Value, ApiError> {
        let stored = self.get(&key.kind, &key.namespace, &key.name).await;
        let value = stored.and_then(|stored| stored.value().map_err(failed));
        match value {
            Ok(value) => self.follow(key, Some(&value)).await.map(|()| value),
            Err(error) => {
                self.doubt(key).await;
                Err(error)
            }
        }
    }

    /// Takes a project up that has been written and that nobody knows yet; whether that was so.
    pub(super) async fn load_if_missing(&self, key: &ResourceKey) -> Result<bool, ApiError> {
        let name = ProjectName::new(key.name.clone()).ok().filter(|_| key.kind == "Project");
        let Some(name) = name.filter(|name| self.registry.get(name).is_none()) else { return Ok(false) };
        let loaded = self.load_project(name).await;
        loaded.map(|()| true).map_err(|e| ApiError::new(Fault::Unavailable, e.to_string()))
    }

    /// The projects that a document concerns.
    fn concerned(&self, key: &ResourceKey) -> Vec<ProjectName> {
        match key.namespace.project() {
            Some(project) if !is_common_namespace(key.namespace.as_str()) => vec![project],
            None if key.kind == "Project" => ProjectName::new(key.name.clone()).into_iter().collect(),
            _ => self.registry.all().into_iter().map(|(name, _)| name).collect(),
        }
    }

    /// Nobody knows whether a document was written: the projects look for themselves once they can.
    pub(super) async fn doubt(&self, key: &ResourceKey) {
        for project in self.concerned(key) {
            self.tell(&project, Message::InDoubt(key.clone())).await;
        }
    }
}
