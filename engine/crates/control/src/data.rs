//! What expressions can ask a project for.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use windlass_model::call::metadata::Kind;
use windlass_model::manifest::secret::Secret;
use windlass_model::manifest::warehouse::Warehouse;
use windlass_model::time::Timestamp;
use windlass_promotion::availability::{FreightStatus, Verified};
use windlass_promotion::evaluate::functions::{DataScope, ProjectData, SecretData};
use windlass_versions::GoDuration;

use crate::project::{ProjectCell, SHARED_NAMESPACE};
use crate::records::StoredRecords;

/// Tells the status of freight.
pub trait FreightStatuses: Send + Sync {
    /// The status of a freight in Kargo's form, without its metadata; none if there is no such freight.
    fn status_of(&self, freight: &str) -> Option<Value>;
}

/// The status of freight in Kargo's form.
#[must_use]
pub fn status_json(status: &FreightStatus) -> Value {
    let mut json = json!({});
    for (stage, since) in &status.currently_in {
        json["currentlyIn"][stage] = json!({ "since": since });
    }
    for (stage, verified) in &status.verified_in {
        json["verifiedIn"][stage] = verified_json(verified);
    }
    for (stage, at) in &status.approved_for {
        json["approvedFor"][stage] = approved_json(*at);
    }
    json
}

/// That freight was verified in a stage.
pub(crate) fn verified_json(verified: &Verified) -> Value {
    let mut json = json!({});
    if let Some(at) = verified.at {
        json["verifiedAt"] = json!(at);
    }
    if let Some(soak) = verified.longest_soak.and_then(GoDuration::from_std) {
        json["longestSoak"] = json!(soak.to_string());
    }
    json
}

/// That freight was approved for a stage.
pub(crate) fn approved_json(at: Option<Timestamp>) -> Value {
    at.map_or_else(|| json!({}), |at| json!({ "approvedAt": at }))
}

impl FreightStatuses for BTreeMap<String, Value> {
    fn status_of(&self, freight: &str) -> Option<Value> {
        self.get(freight).cloned()
    }
}

/// The data of a project.
pub struct LiveData {
    project: Arc<ProjectCell>,
    freight: Arc<dyn FreightStatuses>,
    records: Arc<StoredRecords>,
}

impl LiveData {
    /// The data of a project, with the status of its freight and what was noted down.
    #[must_use]
    pub fn new(
        project: Arc<ProjectCell>,
        freight: Arc<dyn FreightStatuses>,
        records: Arc<StoredRecords>,
    ) -> Self {
        Self { project, freight, records }
    }
}

impl ProjectData for LiveData {
    fn config_map(&self, scope: DataScope, name: &str) -> Option<BTreeMap<String, String>> {
        let project = self.project.get();
        let maps = match scope {
            DataScope::Project => &project.config_maps,
            DataScope::Shared => &project.shared_config_maps,
        };
        maps.get(name).map(|map| map.data.clone())
    }

    fn secret(&self, scope: DataScope, name: &str) -> Option<SecretData> {
        let project = self.project.get();
        let (namespace, secret): (&str, &Arc<Secret>) = match scope {
            DataScope::Project => (project.name.as_str(), project.secrets.get(name)?),
            DataScope::Shared => {
                let secret = project.shared_secrets.get(name)?;
                (SHARED_NAMESPACE, Some(secret).filter(|s| s.credential_type() == Some("generic"))?)
            }
        };
        // Values that cannot be decoded were refused when the manifest was read.
        Some(SecretData {
            source: format!("{namespace}/{name}"),
            values: secret.values().unwrap_or_default(),
        })
    }

    fn warehouse(&self, name: &str) -> Option<Warehouse> {
        self.project.get().warehouses.get(name).map(|warehouse| warehouse.as_ref().clone())
    }

    fn freight_status(&self, name: &str) -> Option<Value> {
        let mut status = self.freight.status_of(name)?;
        if let Some(metadata) = self.records.known(Kind::Freight, name) {
            status["metadata"] = Value::Object(metadata);
        }
        Some(status)
    }

    fn stage_metadata(&self, name: &str) -> Option<Value> {
        let is_there = self.project.get().stages.keys().any(|stage| stage.as_str() == name);
        is_there.then(|| json!(self.records.known(Kind::Stage, name).unwrap_or_default()))
    }
}
