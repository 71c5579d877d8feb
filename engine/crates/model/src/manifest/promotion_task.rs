//! PromotionTask and ClusterPromotionTask: steps under a name, with variables as inputs.

use serde::{Deserialize, Serialize};

use super::ObjectMeta;
use super::step::{PromotionStep, Variable};

/// A PromotionTask, or a ClusterPromotionTask, which differs only in where it lives.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PromotionTask {
    /// Names it.
    pub metadata: ObjectMeta,
    /// What it does.
    pub spec: PromotionTaskSpec,
}

/// What a task does.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PromotionTaskSpec {
    /// Inputs; those without value must be given.
    pub vars: Vec<Variable>,
    /// The steps; each `uses` a step kind.
    pub steps: Vec<PromotionStep>,
}
