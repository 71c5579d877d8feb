//! Deleting: each document is told to the projects it concerns, and a project goes with everything that it has.

use serde_json::Value;
use windlass_model::ids::{Namespace, ProjectName};
use windlass_ports::control_plane::{Actor, ApiError, ControlPlane as _, Fault, Written};
use windlass_ports::journal::{UnitKey, UnitKind};
use windlass_ports::records::{Document, DocumentChange, Expect, ResourceKey};

use super::{Control, failed};

/// Everything that a project's namespace may hold, in the order in which it is taken away.
const NAMESPACED_KINDS: [&str; 14] = [
    "Warehouse",
    "Stage",
    "Promotion",
    "Freight",
    "PromotionTask",
    "ProjectConfig",
    "Grants",
    "Secret",
    "ConfigMap",
    "StageMetadata",
    "FreightMetadata",
    "PromotionRequest",
    "Target",
    "AnalysisTemplate",
];

impl Control {
    pub(super) async fn delete_document(&self, actor: &Actor, document: Value) -> Result<Written, ApiError> {
        let key = self.key_of(&document)?;
        match self.delete_one(actor, &key).await {
            Ok(()) => Ok(Written::Deleted(document)),
            Err(error) if error.fault == Fault::NotFound => {
                let kind = key.kind.to_lowercase();
                let message = format!("{kind}s{} {:?} not found", super::group(&key.kind), key.name);
                Err(ApiError::not_found(message))
            }
            Err(error) => Err(error),
        }
    }

    pub(super) async fn delete_one(&self, actor: &Actor, key: &ResourceKey) -> Result<(), ApiError> {
        let document = self.get(&key.kind, &key.namespace, &key.name).await?;
        match key.kind.as_str() {
            "Project" => return self.delete_project(&document).await,
            "Freight" => self.check_unused(key)?,
            "Promotion" => return self.delete_promotion(actor, &document).await,
            _ => {}
        }
        let _alone = self.writing.lock().await;
        let delete = DocumentChange::Delete { key: key.clone(), expect: Expect::Present };
        if let Err(error) = self.ports.resources.write(vec![delete]).await {
            self.doubt(key).await;
            return Err(failed(error));
        }
        self.follow(key, None).await
    }

    fn check_unused(&self, key: &ResourceKey) -> Result<(), ApiError> {
        let project = key.namespace.project();
        let Some(entry) = project.and_then(|project| self.registry.get(&project)) else { return Ok(()) };
        let stages = entry.started.stages_with(&key.name);
        if stages.is_empty() {
            return Ok(());
        }
        let stages: Vec<String> = stages.iter().map(|stage| format!("{stage:?}")).collect();
        let message = format!(
            "admission webhook \"freight.kargo.akuity.io\" denied the request: freights.kargo.akuity.io {:?} is forbidden: \
             freight is in-use by stages ({})",
            key.name,
            stages.join(", ")
        );
        Err(ApiError::new(Fault::Forbidden, message))
    }

    /// A promotion that has not ended is stopped first.
    async fn delete_promotion(&self, actor: &Actor, document: &Document) -> Result<(), ApiError> {
        let key = &document.key;
        let value = document.value().map_err(failed)?;
        if let Some(project) = key.namespace.project() {
            self.abort(actor, &project, &key.name).await?;
            if let Some(uid) = value.pointer("/metadata/uid").and_then(Value::as_str) {
                let unit = UnitKey {
                    tenant: self.ports.tenant.clone(),
                    project,
                    kind: UnitKind::Promotion,
                    id: uid.to_owned(),
                };
                if value.pointer("/status/finishedAt").is_some() {
                    self.ports.journal.forget(&unit).await.map_err(failed)?;
                }
            }
        }
        let delete = DocumentChange::Delete { key: key.clone(), expect: Expect::Present };
        self.ports.resources.write(vec![delete]).await.map_err(failed).map(|_| ())
    }

    /// A project goes with everything that is in its namespace. One that cannot go stays as it was.
    async fn delete_project(&self, document: &Document) -> Result<(), ApiError> {
        let _alone = self.writing.lock().await;
        let Ok(name) = ProjectName::new(document.key.name.clone()) else { return Ok(()) };
        if let Some(entry) = self.registry.get(&name) {
            entry.stop.cancel();
            entry.started.inbox.closed().await;
            self.registry.remove(&name);
        }
        if let Err(error) = self.delete_documents(&name, document).await {
            if self.get("Project", &document.key.namespace, name.as_str()).await.is_ok() {
                self.load_if_missing(&document.key).await?;
            }
            return Err(error);
        }
        if let Err(error) = self.forget_units(&name).await {
            tracing::warn!(project = %name, %error, "what its promotions and stages did is forgotten with the next of its name");
        }
        Ok(())
    }

    /// Takes a project's documents away, all at once.
    async fn delete_documents(&self, name: &ProjectName, document: &Document) -> Result<(), ApiError> {
        let namespace = Namespace::from(name);
        let mut changes = Vec::new();
        for kind in NAMESPACED_KINDS {
            let listing = self.list(kind, Some(&namespace), "").await?;
            let delete =
                |document: Document| DocumentChange::Delete { key: document.key, expect: Expect::Anything };
            changes.extend(listing.documents.into_iter().map(delete));
        }
        changes.push(DocumentChange::Delete { key: document.key.clone(), expect: Expect::Anything });
        self.ports.resources.write(changes).await.map_err(failed).map(|_| ())
    }

    /// Forgets what the promotions and stages of a project did.
    pub(super) async fn forget_units(&self, name: &ProjectName) -> Result<(), ApiError> {
        for kind in [UnitKind::Promotion, UnitKind::Stage, UnitKind::Warehouse] {
            let units = self.ports.journal.units(&self.ports.tenant, kind).await.map_err(failed)?;
            for unit in units.into_iter().filter(|unit| unit.project == *name) {
                let key =
                    UnitKey { tenant: self.ports.tenant.clone(), project: name.clone(), kind, id: unit.id };
                self.ports.journal.forget(&key).await.map_err(failed)?;
            }
        }
        Ok(())
    }
}
