//! What expressions can ask a project for.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use windlass_model::call::metadata::Kind;
use windlass_model::manifest::secret::Secret;
use windlass_model::manifest::warehouse::Warehouse;
use windlass_promotion::availability::FreightStatus;
use windlass_promotion::evaluate::functions::{DataScope, ProjectData, SecretData};
use windlass_versions::GoDuration;

use super::{Project, SHARED_NAMESPACE, StoredRecords};

/// The data of a project, and the status that its freight had when the promotion began.
pub(crate) struct LoadedData {
    project: Arc<Project>,
    freight: BTreeMap<String, Value>,
    records: Arc<StoredRecords>,
}

impl LoadedData {
    /// With the status of freight by name.
    pub(crate) fn new(
        project: Arc<Project>,
        freight: &BTreeMap<String, FreightStatus>,
        records: Arc<StoredRecords>,
    ) -> Self {
        let freight = freight.iter().map(|(name, status)| (name.clone(), status_json(status))).collect();
        Self { project, freight, records }
    }
}

/// The status of freight in Kargo's form.
pub(crate) fn status_json(status: &FreightStatus) -> Value {
    let mut json = json!({});
    for (stage, since) in &status.currently_in {
        json["currentlyIn"][stage] = json!({ "since": since });
    }
    for (stage, verified) in &status.verified_in {
        let soak = verified.longest_soak.and_then(GoDuration::from_std).map(|soak| soak.to_string());
        json["verifiedIn"][stage] = soak.map_or_else(|| json!({}), |soak| json!({ "longestSoak": soak }));
    }
    for stage in status.approved_for.keys() {
        json["approvedFor"][stage] = json!({});
    }
    json
}

impl ProjectData for LoadedData {
    fn config_map(&self, scope: DataScope, name: &str) -> Option<BTreeMap<String, String>> {
        let maps = match scope {
            DataScope::Project => &self.project.config_maps,
            DataScope::Shared => &self.project.shared_config_maps,
        };
        maps.get(name).map(|map| map.data.clone())
    }

    fn secret(&self, scope: DataScope, name: &str) -> Option<SecretData> {
        let (namespace, secret): (&str, &Secret) = match scope {
            DataScope::Project => (self.project.name.as_str(), self.project.secrets.get(name)?),
            DataScope::Shared => {
                let secret = self.project.shared_secrets.get(name)?;
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
        self.project.warehouses.get(name).cloned()
    }

    fn freight_status(&self, name: &str) -> Option<Value> {
        let mut status = self.freight.get(name).cloned()?;
        if let Some(metadata) = self.records.known(Kind::Freight, name) {
            status["metadata"] = Value::Object(metadata);
        }
        Some(status)
    }

    fn stage_metadata(&self, name: &str) -> Option<Value> {
        let is_there = self.project.stages.keys().any(|stage| stage.as_str() == name);
        is_there.then(|| json!(self.records.known(Kind::Stage, name).unwrap_or_default()))
    }
}
