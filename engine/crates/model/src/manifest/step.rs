//! One step of a promotion template or a task.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A variable: its value may hold expressions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Variable {
    /// The name, `[a-zA-Z_]\w*`.
    pub name: String,
    /// The value; empty in a task means that whoever uses the task must give one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub value: String,
}

/// Refers to a task.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TaskReference {
    /// The task's name.
    pub name: String,
    /// `PromotionTask` (if absent) or `ClusterPromotionTask`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<TaskKind>,
}

/// Where a task is looked up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TaskKind {
    /// In the project.
    #[default]
    PromotionTask,
    /// In the whole installation.
    ClusterPromotionTask,
}

/// How often and how long a step is tried.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Retry {
    /// A Go duration; absent: the step's own default; `0s`: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<String>,
    /// How many errors end the step; absent or 0: the step's own default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_threshold: Option<u32>,
}

/// One step: either `uses` a step kind or names a `task`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PromotionStep {
    /// The step kind.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub uses: String,
    /// The task whose steps stand here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskReference>,
    /// The alias under which its outputs are found.
    #[serde(rename = "as", skip_serializing_if = "String::is_empty")]
    pub alias: String,
    /// Run only if this expression is true.
    #[serde(rename = "if", skip_serializing_if = "String::is_empty")]
    pub condition: String,
    /// A failure does not fail the promotion.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub continue_on_error: bool,
    /// How often and how long it is tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry: Option<Retry>,
    /// Variables of this step.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub vars: Vec<Variable>,
    /// Its configuration; every text in it may hold expressions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config: Option<Value>,
}
