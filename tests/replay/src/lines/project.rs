//! What the functions of expressions look at: a project with nothing in it but what a case lists, and a step with nothing
//! said about it.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use windlass_model::freight::FreightCollection;
use windlass_model::manifest::secret::Secret;
use windlass_model::manifest::warehouse::Warehouse;
use windlass_promotion::evaluate::functions::{DataScope, ProjectData, SecretData};
use windlass_promotion::evaluate::{StepView, TargetFreight, Templates};
use windlass_promotion::sealed::SealKey;

/// The project of every case.
const PROJECT: &str = "demo";

/// The objects of a project.
#[derive(Default)]
pub(super) struct Project {
    pub(super) config_maps: BTreeMap<String, BTreeMap<String, String>>,
    pub(super) secrets: Vec<Secret>,
    pub(super) warehouses: Vec<Warehouse>,
    pub(super) freight: Vec<Value>,
    pub(super) stages: Vec<Value>,
}

impl ProjectData for Project {
    fn config_map(&self, scope: DataScope, name: &str) -> Option<BTreeMap<String, String>> {
        (scope == DataScope::Project).then(|| self.config_maps.get(name).cloned()).flatten()
    }

    fn secret(&self, scope: DataScope, name: &str) -> Option<SecretData> {
        let secret = self.secrets.iter().find(|secret| secret.metadata.name == name)?;
        let values = secret.values().ok()?;
        (scope == DataScope::Project).then(|| SecretData { source: format!("{PROJECT}/{name}@1"), values })
    }

    fn warehouse(&self, name: &str) -> Option<Warehouse> {
        self.warehouses.iter().find(|warehouse| warehouse.metadata.name == name).cloned()
    }

    fn freight_status(&self, name: &str) -> Option<Value> {
        let freight = named(&self.freight, name)?;
        Some(freight.get("status").cloned().unwrap_or_else(|| json!({})))
    }

    fn stage_metadata(&self, name: &str) -> Option<Value> {
        named(&self.stages, name)?.get("status")?.get("metadata").cloned()
    }
}

fn named<'a>(objects: &'a [Value], name: &str) -> Option<&'a Value> {
    objects.iter().find(|object| object["metadata"]["name"] == name)
}

/// What a step has of the things that a view of it borrows.
pub(super) struct Surroundings {
    pub(super) outputs: Map<String, Value>,
    pub(super) freight: FreightCollection,
    seal_key: SealKey,
    templates: Templates,
}

impl Surroundings {
    pub(super) fn new(outputs: Map<String, Value>, freight: FreightCollection) -> Self {
        Self { outputs, freight, seal_key: SealKey::new(&[0; 32]), templates: Templates::default() }
    }

    /// A step of the project of which nothing else is known.
    pub(super) fn view<'a>(&'a self, project: &'a Project) -> StepView<'a> {
        StepView {
            project: PROJECT,
            stage: "",
            promotion: "",
            actor: "",
            rollback: false,
            ui_base_url: "",
            target_freight: TargetFreight::default(),
            target: None,
            vars: &[],
            alias: "here",
            step_vars: &[],
            outputs: &self.outputs,
            metas: &[],
            seal_key: &self.seal_key,
            freight_requests: &[],
            freight: &self.freight,
            data: project,
            templates: &self.templates,
            now: jiff::Timestamp::UNIX_EPOCH,
        }
    }
}
