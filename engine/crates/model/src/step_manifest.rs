//! The manifest of a step: what it is, what it takes and gives, and what it asks for. It is read without running
//! anything, from the custom section of a component or from `step.toml` beside a module.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::grant::Access;
use crate::limits::Limits;

/// The custom section of a WebAssembly binary that holds a step's manifest as JSON.
pub const SECTION: &str = "windlass:step/manifest@0.1.0";

/// What a step says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StepManifest {
    /// What `uses:` names.
    pub name: String,
    /// The step's own version.
    pub version: String,
    /// One line.
    pub summary: String,
    /// JSON Schema of the evaluated configuration.
    pub config_schema: Value,
    /// JSON Schema of the output, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_schema: Option<Value>,
    /// What it asks for; nothing else is ever granted.
    #[serde(default)]
    pub capabilities: Vec<Ask>,
    /// Lower or higher limits than the default; the operator's bound both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<Limits>,
    /// How it is tried where a promotion does not say.
    #[serde(default)]
    pub retry: RetryDefaults,
}

/// How a step is tried where a promotion does not say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct RetryDefaults {
    /// How many errors end the step.
    pub error_threshold: u32,
    /// How long it may take in all, in milliseconds; none for ever.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
}

impl Default for RetryDefaults {
    fn default() -> Self {
        Self { error_threshold: 1, timeout_ms: None }
    }
}

/// Where the value of an ask comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Source {
    /// Whatever the step names when it runs; the project's policy is then the only fence.
    Any,
    /// A JSON pointer into the evaluated configuration, in which `*` stands for every item of a list.
    Config(String),
    /// This text.
    Literal(String),
}

/// Something a step asks for. Each attempt gets exactly what its evaluated configuration names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Ask {
    /// HTTP requests to the origin of a URL.
    Http {
        /// The URL.
        url: Source,
        /// Whether they change something.
        access: Access,
    },
    /// A Git repository, by URL.
    Git {
        /// The URL.
        url: Source,
        /// Whether refs change.
        access: Access,
        /// Only where the configuration has `true` at this JSON pointer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        when: Option<String>,
    },
    /// The repository of a worktree, by its path in the work directory.
    Worktree {
        /// The path.
        path: Source,
        /// Whether refs change.
        access: Access,
    },
    /// Kubernetes-shaped objects.
    #[serde(rename_all = "camelCase")]
    Objects {
        /// `group/version`.
        api_version: String,
        /// The kind.
        kind: String,
        /// A JSON pointer to the list of configuration entries that each name an object.
        each: String,
        /// The member of an entry that holds the namespace.
        namespace: String,
        /// The namespace of entries that name none.
        default_namespace: String,
        /// The member of an entry that holds the name; an entry without it means every name.
        name: String,
        /// Whether they are patched.
        access: Access,
    },
    /// The values behind the tokens of secrets.
    SecretsReveal {},
    /// Windlass' own records of the promotion's project: the metadata of stages and freight, and aliases.
    Metadata {
        /// Whether they change.
        access: Access,
    },
    /// Within a task, its output is also the task's own.
    TaskOutputPropagation {},
}
