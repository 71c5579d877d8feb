//! Artifacts: one version of something that a warehouse watches, in the shape of Kargo's Freight.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A commit of a Git repository.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct GitCommit {
    /// The repository, as the subscription names it.
    #[serde(rename = "repoURL", skip_serializing_if = "String::is_empty")]
    pub repo_url: String,
    /// The commit id.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// The subscription's branch; empty where the default branch was used.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub branch: String,
    /// The tag by which it was selected.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub tag: String,
    /// The first line of the commit's message.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// `Name <email>` of the author.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub author: String,
    /// `Name <email>` of the committer.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub committer: String,
    /// The subscription's name, if it has one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub subscription_name: String,
}

/// A container image.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Image {
    /// The repository, without tag.
    #[serde(rename = "repoURL", skip_serializing_if = "String::is_empty")]
    pub repo_url: String,
    /// The tag.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub tag: String,
    /// The digest of the manifest or index.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub digest: String,
    /// The manifest's annotations.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
    /// The subscription's name, if it has one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub subscription_name: String,
}

/// A Helm chart.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Chart {
    /// The repository.
    #[serde(rename = "repoURL", skip_serializing_if = "String::is_empty")]
    pub repo_url: String,
    /// The chart; empty in OCI registries, where the repository names it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The version.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// The subscription's name, if it has one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub subscription_name: String,
}

/// An artifact of a kind that a plugin discovers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OtherArtifact {
    /// The kind.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub artifact_type: String,
    /// The subscription's name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub subscription_name: String,
    /// The version.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// Whatever the plugin tells of it.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub metadata: Value,
}
