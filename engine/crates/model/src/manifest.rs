//! Manifests: the YAML forms that users write. Kargo's kinds unchanged, Kubernetes' Secret and ConfigMap, and the
//! kinds of Windlass' own group. One file per kind; durations stay as written, other rooms read them.

pub mod config_map;
pub mod grants;
pub mod project_config;
pub mod promotion_task;
pub mod secret;
pub mod stage;
pub mod step;
pub mod warehouse;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Kargo's API version, which Windlass reads unchanged.
pub const KARGO_API_VERSION: &str = "kargo.akuity.io/v1alpha1";

/// The API version of Windlass' own kinds.
pub const WINDLASS_API_VERSION: &str = "windlass.dev/v1alpha1";

/// Names a manifest and carries labels and annotations.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ObjectMeta {
    /// The name, unique among its kind and namespace.
    pub name: String,
    /// The namespace: for Kargo's kinds the project.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub namespace: String,
    /// Labels.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Annotations.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
    /// How often its specification was changed; the server counts.
    #[serde(skip_serializing_if = "is_zero")]
    pub generation: i64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_zero(generation: &i64) -> bool {
    *generation == 0
}

/// A kind that only has a name: Project, and manifests that are read for their name alone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Project {
    /// Names it.
    pub metadata: ObjectMeta,
}
