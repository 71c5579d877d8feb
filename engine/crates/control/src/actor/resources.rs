//! Following manifests: what is written reaches the project, and whoever it concerns looks again.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::Value;
use windlass_model::call::git::Identity;
use windlass_model::ids::{FreightName, StageName};
use windlass_model::manifest::grants::Grants;
use windlass_model::manifest::project_config::ProjectConfig;
use windlass_model::manifest::stage::Stage;
use windlass_model::manifest::warehouse::Warehouse;
use windlass_ports::journal::UnitKind;
use windlass_ports::records::ResourceKey;
use windlass_promotion::unit::UnitError;

use super::{Actor, StageEntry, WarehouseEntry};
use crate::freight_index::FreightEntry;
use crate::project::{ClusterGitClient, Named, Project, SHARED_NAMESPACE, SYSTEM_NAMESPACE};
use crate::show::Shown;

impl Actor {
    /// A document was written, or with none taken away.
    pub(super) async fn changed(&mut self, key: &ResourceKey, document: Option<&Value>) {
        self.cell.change(|project| take_in(project, key, document));
        let done = match key.kind.as_str() {
            "Stage" => self.stage_changed(key, document).await,
            "Warehouse" => {
                self.warehouse_changed(&key.name, document);
                Ok(())
            }
            "Freight" => self.freight_changed(key, document).await,
            "ProjectConfig" | "ClusterConfig" | "Project" => {
                self.mark_all();
                Ok(())
            }
            _ => Ok(()),
        };
        if let Err(error) = done {
            self.trouble.set(&error.to_string());
            self.in_doubt.insert(key.clone());
            self.pause();
        }
    }

    async fn stage_changed(&mut self, key: &ResourceKey, document: Option<&Value>) -> Result<(), UnitError> {
        let Ok(stage) = StageName::new(key.name.clone()) else { return Ok(()) };
        match document {
            Some(_) if !self.stages.contains_key(&stage) => self.take_up_stage(&stage).await?,
            Some(value) => {
                let entry = self.stages.entry(stage.clone()).or_default();
                entry.is_dirty = true;
                // A manifest that replaces the document takes what it showed away.
                entry.shown = Shown::of_document(value);
            }
            None => self.stage_gone(&stage).await?,
        }
        Ok(())
    }

    /// A stage is gone: its promotions end, and freight is neither in it nor verified or approved there.
    async fn stage_gone(&mut self, stage: &StageName) -> Result<(), UnitError> {
        let Some(entry) = self.stages.remove(stage) else { return Ok(()) };
        for promotion in entry.state.queue.keys() {
            let _ = self.abort(promotion.as_str(), "").await;
        }
        let known: std::collections::BTreeSet<FreightName> = entry.state.known_freight().cloned().collect();
        let empty = windlass_promotion::stage::StageState::default();
        let changes = known.iter().map(|freight| self.freight_status(stage, &empty, freight)).collect();
        self.ports.resources.write(changes).await?;
        self.ports.journal.forget(&self.unit(UnitKind::Stage, stage.as_str())).await?;
        self.moved(stage, &known);
        Ok(())
    }

    fn warehouse_changed(&mut self, name: &str, document: Option<&Value>) {
        let Some(value) = document else {
            self.warehouses.remove(name);
            return;
        };
        let Some(warehouse) = self.cell.get().warehouses.get(name).cloned() else { return };
        let now = self.ports.clock.now();
        let entry = WarehouseEntry::of_document(&warehouse, value, now);
        match self.warehouses.get_mut(name) {
            Some(known) => known.follow(entry),
            None => {
                self.warehouses.insert(name.to_owned(), entry);
            }
        }
    }

    async fn freight_changed(
        &mut self,
        key: &ResourceKey,
        document: Option<&Value>,
    ) -> Result<(), UnitError> {
        let Ok(name) = FreightName::new(key.name.clone()) else { return Ok(()) };
        match document.and_then(FreightEntry::of_document) {
            Some(entry) => {
                let origin = entry.origin.clone();
                self.index_mut().put(name, entry);
                self.freight_came(&origin);
            }
            None => {
                self.index_mut().remove(&name);
                self.freight_gone(&name).await?;
            }
        }
        Ok(())
    }

    /// Stages that take freight of an origin look again.
    pub(super) fn freight_came(&mut self, origin: &windlass_model::freight::FreightOrigin) {
        for (stage, manifest) in &self.cell.get().stages {
            if manifest.spec.requested_freight.iter().any(|request| request.origin == *origin) {
                self.mark(stage);
            }
        }
    }

    /// What stages know of freight that is gone is forgotten.
    async fn freight_gone(&mut self, freight: &FreightName) -> Result<(), UnitError> {
        let knows = |entry: &StageEntry| {
            entry.state.known_freight().any(|known| known == freight)
                || entry.state.outcomes.contains_key(freight)
        };
        let stages: Vec<StageName> =
            self.stages.iter().filter(|(_, entry)| knows(entry)).map(|(name, _)| name.clone()).collect();
        for stage in stages {
            let event =
                windlass_model::event::stage::StageEvent::FreightForgotten { freight: freight.clone() };
            self.record_event(&stage, event).await.map_err(|error| {
                UnitError::Journal(windlass_ports::journal::JournalError::Unavailable(error.message))
            })?;
        }
        Ok(())
    }
}

/// Puts a document into the project, or takes it out.
pub(crate) fn take_in(project: &mut Project, key: &ResourceKey, document: Option<&Value>) {
    let is_shared = key.namespace.as_str() == SHARED_NAMESPACE;
    match key.kind.as_str() {
        "Stage" => {
            let Ok(name) = StageName::new(key.name.clone()) else { return };
            match typed::<Stage>(document) {
                Some(stage) => {
                    project.stages.insert(name, Arc::new(stage));
                }
                None => {
                    project.stages.remove(&name);
                }
            }
        }
        "Warehouse" => put::<Warehouse>(&mut project.warehouses, &key.name, document),
        "PromotionTask" => put(&mut project.tasks, &key.name, document),
        "ClusterPromotionTask" => put(&mut project.cluster_tasks, &key.name, document),
        "Secret" if key.namespace.as_str() == SYSTEM_NAMESPACE => {
            put(&mut project.system_secrets, &key.name, document);
        }
        "Secret" if is_shared => put(&mut project.shared_secrets, &key.name, document),
        "Secret" => put(&mut project.secrets, &key.name, document),
        "ConfigMap" if is_shared => put(&mut project.shared_config_maps, &key.name, document),
        "ConfigMap" => put(&mut project.config_maps, &key.name, document),
        "ProjectConfig" => {
            let config = typed::<ProjectConfig>(document).unwrap_or_default();
            project.policies = config.spec.promotion_policies;
            project.windows = config.spec.promotion_windows;
        }
        // It has windows in the same form.
        "ClusterConfig" => {
            let config = typed::<ProjectConfig>(document).unwrap_or_default();
            project.cluster_windows = config.spec.promotion_windows;
            project.git_client = document.and_then(|document| git_client(&document["spec"]["gitClient"]));
        }
        // Where older manifests have them. Those of a ProjectConfig come before.
        "Project" => {
            let config = typed::<ProjectConfig>(document).unwrap_or_default();
            project.older_policies = config.spec.promotion_policies;
        }
        "Grants" => put::<Grants>(&mut project.grants, &key.name, document),
        _ => {}
    }
}

/// Who commits, as a ClusterConfig says.
fn git_client(value: &Value) -> Option<ClusterGitClient> {
    let text = |at: &str| value.pointer(at)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let identity = Identity { name: text("/name")?, email: text("/email")? };
    Some(ClusterGitClient { identity, signing_key_secret: text("/signingKeySecret/name") })
}

fn put<T: DeserializeOwned>(named: &mut Named<T>, name: &str, document: Option<&Value>) {
    match typed(document) {
        Some(value) => {
            named.insert(name.to_owned(), Arc::new(value));
        }
        None => {
            named.remove(name);
        }
    }
}

fn typed<T: DeserializeOwned>(document: Option<&Value>) -> Option<T> {
    serde_json::from_value(document?.clone()).ok()
}
