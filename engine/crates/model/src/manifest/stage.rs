//! Stage: where freight is promoted to, where it may come from, and by which steps.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ObjectMeta;
use super::step::{PromotionStep, Variable};
use crate::freight::FreightOrigin;

/// A Kargo Stage.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Stage {
    /// Names it.
    pub metadata: ObjectMeta,
    /// What it does.
    pub spec: StageSpec,
}

/// What a stage does.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct StageSpec {
    /// Which controller looks after it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub shard: String,
    /// Variables of the template and of verification.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub vars: Vec<Variable>,
    /// Which freight it takes.
    pub requested_freight: Vec<FreightRequest>,
    /// How freight is promoted; none or without steps: a control-flow stage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promotion_template: Option<PromotionTemplate>,
    /// How promoted freight is verified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verification: Option<Value>,
    /// Targets below the stage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub targets: Option<Value>,
}

/// How freight is promoted to a stage.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PromotionTemplate {
    /// The template.
    pub spec: PromotionTemplateSpec,
}

/// The steps of a promotion, before tasks are put in.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PromotionTemplateSpec {
    /// Variables; a name also among the stage's overrides it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub vars: Vec<Variable>,
    /// The steps.
    pub steps: Vec<PromotionStep>,
}

/// Freight of one origin, and when it may come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FreightRequest {
    /// The warehouse.
    pub origin: FreightOrigin,
    /// Where it may come from.
    #[serde(default)]
    pub sources: FreightSources,
}

/// Where freight may come from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FreightSources {
    /// Straight from the warehouse.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub direct: bool,
    /// From stages in which it has been verified.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<String>,
    /// How long it must have been in such a stage, a Go duration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required_soak_time: Option<String>,
    /// Whether all stages must have verified it, or one of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub availability_strategy: Option<AvailabilityStrategy>,
    /// How automatic promotion chooses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_promotion_options: Option<Value>,
}

/// Whether all upstream stages must have verified freight, or one of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum AvailabilityStrategy {
    /// Every one.
    All,
    /// One suffices. Kargo takes every word but `All` for this one.
    #[default]
    #[serde(other)]
    OneOf,
}

impl StageSpec {
    /// The steps of the template; empty for a control-flow stage.
    #[must_use]
    pub fn steps(&self) -> &[PromotionStep] {
        self.promotion_template.as_ref().map_or(&[], |template| &template.spec.steps)
    }

    /// True if nothing is ever promoted or verified here: freight passes on at once.
    #[must_use]
    pub fn is_control_flow(&self) -> bool {
        self.steps().is_empty() && self.verification.is_none()
    }
}
