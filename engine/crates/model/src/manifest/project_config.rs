//! ProjectConfig: which stages are promoted to by themselves, and who may wake a project.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ObjectMeta;

/// A Kargo ProjectConfig.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ProjectConfig {
    /// Names it: as its namespace, the project.
    pub metadata: ObjectMeta,
    /// What it says.
    pub spec: ProjectConfigSpec,
}

/// What a project is configured to do.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ProjectConfigSpec {
    /// The first policy that is for a stage counts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub promotion_policies: Vec<PromotionPolicy>,
    /// Who may wake the project.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub webhook_receivers: Vec<WebhookReceiver>,
    /// When freight may be promoted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub promotion_windows: Vec<PromotionWindow>,
}

/// When freight may be promoted to stages, or may not (`kargo.md` 1.13). Its times stay as they are written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PromotionWindow {
    /// Its name.
    pub name: String,
    /// Which stages; without it all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage_selector: Option<StageSelector>,
    /// Its kind and times.
    #[serde(flatten)]
    pub times: BTreeMap<String, Value>,
}

/// Whether freight is promoted to stages by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PromotionPolicy {
    /// The stage, by name; either this or a selector.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub stage: String,
    /// Which stages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage_selector: Option<StageSelector>,
    /// Whether it is.
    pub auto_promotion_enabled: bool,
    /// After which ends the freight that was there before comes back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_rollback: Option<Value>,
}

/// Chooses stages; all that is said must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct StageSelector {
    /// A name, or a pattern after `glob:`, `regex:` or `regexp:`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Labels that a stage must have.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub match_labels: BTreeMap<String, String>,
    /// More about its labels.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub match_expressions: Vec<Value>,
}

/// Takes the webhooks of one sender. What depends on the sender stays as it is written.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct WebhookReceiver {
    /// Its name, unique in the project.
    pub name: String,
    /// The sender and what belongs to it.
    #[serde(flatten)]
    pub of_sender: BTreeMap<String, Value>,
}
