//! The kinds that are read, and the set of everything that was.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use windlass_model::manifest::config_map::ConfigMap;
use windlass_model::manifest::grants::Grants;
use windlass_model::manifest::promotion_task::PromotionTask;
use windlass_model::manifest::secret::Secret;
use windlass_model::manifest::stage::Stage;
use windlass_model::manifest::warehouse::Warehouse;
use windlass_model::manifest::{KARGO_API_VERSION, ObjectMeta, Project, WINDLASS_API_VERSION};

/// What a namespaced resource is known by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NamespacedName {
    /// The namespace; for Kargo's kinds the project. Empty where the manifest names none.
    pub(crate) namespace: String,
    /// The name.
    pub(crate) name: String,
}

/// Resources of one kind.
pub(crate) type OfKind<T> = BTreeMap<NamespacedName, T>;

/// A kind with metadata.
pub(crate) trait Resource: DeserializeOwned {
    fn metadata(&self) -> &ObjectMeta;
}

macro_rules! resources {
    ($($kind:ty),+) => {
        $(impl Resource for $kind {
            fn metadata(&self) -> &ObjectMeta {
                &self.metadata
            }
        })+
    };
}

resources!(Project, Stage, Warehouse, PromotionTask, Secret, ConfigMap, Grants);

/// Everything that was read.
#[derive(Debug, Default)]
pub(crate) struct Manifests {
    pub(crate) projects: Vec<String>,
    pub(crate) stages: OfKind<Stage>,
    pub(crate) warehouses: OfKind<Warehouse>,
    pub(crate) tasks: OfKind<PromotionTask>,
    /// These have no namespace.
    pub(crate) cluster_tasks: OfKind<PromotionTask>,
    pub(crate) secrets: OfKind<Secret>,
    pub(crate) config_maps: OfKind<ConfigMap>,
    pub(crate) grants: OfKind<Grants>,
}

/// A kind of manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Project,
    ProjectConfig,
    Stage,
    Warehouse,
    PromotionTask,
    ClusterPromotionTask,
    Grants,
    Secret,
    ConfigMap,
    Namespace,
}

/// Every kind with its API version and name.
pub(crate) const KINDS: [(&str, &str, Kind); 10] = [
    (KARGO_API_VERSION, "Project", Kind::Project),
    (KARGO_API_VERSION, "ProjectConfig", Kind::ProjectConfig),
    (KARGO_API_VERSION, "Stage", Kind::Stage),
    (KARGO_API_VERSION, "Warehouse", Kind::Warehouse),
    (KARGO_API_VERSION, "PromotionTask", Kind::PromotionTask),
    (KARGO_API_VERSION, "ClusterPromotionTask", Kind::ClusterPromotionTask),
    (WINDLASS_API_VERSION, "Grants", Kind::Grants),
    ("v1", "Secret", Kind::Secret),
    ("v1", "ConfigMap", Kind::ConfigMap),
    ("v1", "Namespace", Kind::Namespace),
];
