//! The configuration of `argocd-update`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use windlass_step::{at_most_one, exactly_one};

/// Where Argo CD keeps its Applications, unless something else is said. The manifest of the step says the same.
pub(crate) const DEFAULT_NAMESPACE: &str = "argocd";

/// What to update.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Config {
    /// The Applications.
    #[schemars(length(min = 1))]
    pub(crate) apps: Vec<AppUpdate>,
}

/// One Application, or all that a selector picks, and how their sources change.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("allOf" = [exactly_one(&["name", "selector"])]))]
pub(crate) struct AppUpdate {
    /// The name of the Application.
    #[serde(default)]
    #[schemars(with = "String", length(min = 1))]
    pub(crate) name: Option<String>,
    /// The namespace; `argocd` if absent.
    #[serde(default)]
    #[schemars(with = "String", length(min = 1))]
    pub(crate) namespace: Option<String>,
    /// Picks Applications by their labels. Those that do not permit the stage to change them are left out.
    #[serde(default)]
    #[schemars(with = "Selector")]
    pub(crate) selector: Option<Selector>,
    /// How sources change. Without it the Applications are synced as they are.
    #[serde(default)]
    #[schemars(length(min = 1))]
    pub(crate) sources: Vec<SourceUpdate>,
}

/// A Kubernetes label selector: everything in it must hold.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("allOf" = [something_to_match()]))]
pub(crate) struct Selector {
    /// Labels with exactly these values.
    #[serde(default)]
    match_labels: BTreeMap<String, String>,
    /// Further requirements.
    #[serde(default)]
    match_expressions: Vec<Requirement>,
}

/// One requirement of a label selector.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Requirement {
    /// The label.
    #[schemars(length(min = 1))]
    key: String,
    /// What to ask of it.
    operator: Operator,
    /// The values of `In` and `NotIn`.
    #[serde(default)]
    values: Vec<String>,
}

/// What a requirement asks of a label.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
// Without comments on its members: they would turn the list of names in the schema into a list of schemas.
pub(crate) enum Operator {
    In,
    NotIn,
    Exists,
    DoesNotExist,
}

/// How one source changes: the first that has this repository and chart.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("allOf" = [target_needs_revision()]))]
pub(crate) struct SourceUpdate {
    /// The repository of the source.
    #[serde(rename = "repoURL")]
    #[schemars(length(min = 1))]
    pub(crate) repo_url: String,
    /// The chart of the source, if it is one.
    #[serde(default)]
    #[schemars(with = "String", length(min = 1))]
    pub(crate) chart: Option<String>,
    /// The revision that must be synced in the end: a commit, or the version of a chart.
    #[serde(default)]
    #[schemars(with = "String", length(min = 1))]
    pub(crate) desired_revision: Option<String>,
    /// Write that revision into the source.
    #[serde(default)]
    pub(crate) update_target_revision: bool,
    /// Images that Kustomize sets.
    #[serde(default)]
    #[schemars(with = "KustomizeUpdate")]
    pub(crate) kustomize: Option<KustomizeUpdate>,
    /// Parameters of Helm.
    #[serde(default)]
    #[schemars(with = "HelmUpdate")]
    pub(crate) helm: Option<HelmUpdate>,
}

/// Images that Kustomize sets, in the place of those that the source has.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct KustomizeUpdate {
    /// The images.
    #[serde(default)]
    #[schemars(length(min = 1))]
    pub(crate) images: Vec<KustomizeImage>,
}

/// One image.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("allOf" = [at_most_one(&["tag", "digest"])]))]
pub(crate) struct KustomizeImage {
    /// The image, as the manifests name it.
    #[serde(rename = "repoURL")]
    #[schemars(length(min = 1))]
    pub(crate) repo_url: String,
    /// What to use in its place.
    #[serde(default)]
    #[schemars(with = "String", length(min = 1))]
    pub(crate) new_name: Option<String>,
    /// The tag.
    #[serde(default)]
    pub(crate) tag: String,
    /// The digest, `sha256:…`.
    #[serde(default)]
    pub(crate) digest: String,
}

/// Parameters of Helm.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct HelmUpdate {
    /// The parameters.
    #[schemars(length(min = 1))]
    pub(crate) images: Vec<HelmParameter>,
}

/// One parameter.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct HelmParameter {
    /// Its name.
    #[schemars(length(min = 1))]
    pub(crate) key: String,
    /// Its value.
    pub(crate) value: String,
}

fn something_to_match() -> Value {
    json!({
        "description": "a selector needs matchLabels or matchExpressions",
        "anyOf": [
            { "required": ["matchLabels"], "properties": { "matchLabels": { "minProperties": 1 } } },
            { "required": ["matchExpressions"], "properties": { "matchExpressions": { "minItems": 1 } } }
        ]
    })
}

fn target_needs_revision() -> Value {
    json!({
        "description": "updateTargetRevision needs desiredRevision",
        "anyOf": [
            { "required": ["desiredRevision"] },
            { "properties": { "updateTargetRevision": { "enum": [false] } } }
        ]
    })
}

impl AppUpdate {
    /// The namespace of the Applications.
    pub(crate) fn namespace(&self) -> &str {
        self.namespace.as_deref().unwrap_or(DEFAULT_NAMESPACE)
    }
}
