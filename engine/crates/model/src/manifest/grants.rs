//! Grants: what the steps of a project may reach (group `windlass.dev`).

use serde::{Deserialize, Serialize};

use super::ObjectMeta;
use crate::grant::Grant;

/// A project's grant document. A project that has one gets only what it lists, under either default policy.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Grants {
    /// Names it; the namespace is the project.
    pub metadata: ObjectMeta,
    /// What is granted.
    pub spec: GrantsSpec,
}

/// What is granted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct GrantsSpec {
    /// Each entry allows one thing; what no entry allows is denied.
    pub allow: Vec<Grant>,
}
