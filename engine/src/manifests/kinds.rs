//! The kinds that are read, and the set of everything that was.

use std::collections::BTreeMap;

use windlass_model::manifest::config_map::ConfigMap;
use windlass_model::manifest::grants::Grants;
use windlass_model::manifest::project_config::ProjectConfig;
use windlass_model::manifest::promotion_task::PromotionTask;
use windlass_model::manifest::secret::Secret;
use windlass_model::manifest::stage::Stage;
use windlass_model::manifest::warehouse::Warehouse;
use windlass_model::manifest::{KARGO_API_VERSION, WINDLASS_API_VERSION};

use super::shape::{self, Shape};

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
    pub(crate) project_configs: OfKind<ProjectConfig>,
}

/// A kind of manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    Project,
    ProjectConfig,
    ClusterConfig,
    Stage,
    Warehouse,
    Freight,
    Promotion,
    PromotionRequest,
    Target,
    PromotionTask,
    ClusterPromotionTask,
    Grants,
    Secret,
    ConfigMap,
    Namespace,
}

/// What becomes of a kind where a promotion is run from files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// It is used.
    Used,
    /// It is read, without effect.
    Idle,
    /// It is refused: whoever names it expects something of it.
    Refused,
}

/// What is known of a kind.
#[derive(Debug)]
pub(crate) struct KindInfo {
    pub(crate) api_version: &'static str,
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) use_: Use,
    pub(crate) shape: &'static Shape,
}

/// Every kind.
pub(crate) static KINDS: [KindInfo; 15] = [
    kargo("Project", Kind::Project, Use::Used, &shape::PROJECT),
    kargo("ProjectConfig", Kind::ProjectConfig, Use::Idle, &shape::PROJECT_CONFIG),
    kargo("Stage", Kind::Stage, Use::Used, &shape::STAGE),
    kargo("Warehouse", Kind::Warehouse, Use::Used, &shape::WAREHOUSE),
    kargo("PromotionTask", Kind::PromotionTask, Use::Used, &shape::PROMOTION_TASK),
    kargo("ClusterPromotionTask", Kind::ClusterPromotionTask, Use::Used, &shape::PROMOTION_TASK),
    KindInfo {
        api_version: WINDLASS_API_VERSION,
        ..kargo("Grants", Kind::Grants, Use::Used, &shape::GRANTS)
    },
    core("Secret", Kind::Secret, Use::Used, &shape::SECRET),
    core("ConfigMap", Kind::ConfigMap, Use::Used, &shape::CONFIG_MAP),
    core("Namespace", Kind::Namespace, Use::Idle, &shape::NAMESPACE),
    kargo("ClusterConfig", Kind::ClusterConfig, Use::Refused, &shape::CLUSTER_CONFIG),
    kargo("Freight", Kind::Freight, Use::Refused, &shape::FREIGHT),
    kargo("Promotion", Kind::Promotion, Use::Refused, &shape::PROMOTION),
    kargo("PromotionRequest", Kind::PromotionRequest, Use::Refused, &shape::PROMOTION_REQUEST),
    kargo("Target", Kind::Target, Use::Refused, &shape::TARGET),
];

const fn kargo(name: &'static str, kind: Kind, use_: Use, shape: &'static Shape) -> KindInfo {
    KindInfo { api_version: KARGO_API_VERSION, name, kind, use_, shape }
}

const fn core(name: &'static str, kind: Kind, use_: Use, shape: &'static Shape) -> KindInfo {
    KindInfo { api_version: "v1", name, kind, use_, shape }
}

impl KindInfo {
    /// What a manifest says to be, if that is known.
    pub(crate) fn find(api_version: &str, kind: &str) -> Option<&'static Self> {
        KINDS.iter().find(|known| (known.api_version, known.name) == (api_version, kind))
    }
}

impl Kind {
    /// Whether it stands above projects, and has no namespace.
    pub(crate) fn is_cluster_scoped(self) -> bool {
        matches!(self, Self::Project | Self::ClusterConfig | Self::ClusterPromotionTask | Self::Namespace)
    }
}
