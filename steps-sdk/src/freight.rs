//! Freight as a step sees it: artifacts that are promoted together, in the shape of Kargo's resources.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The freight of every origin that the stage asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FreightCollection {
    /// Names the collection.
    pub id: String,
    /// By origin, `Warehouse/<name>`.
    pub items: BTreeMap<String, Freight>,
}

/// Artifacts of one origin.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Freight {
    /// Its name.
    pub name: String,
    /// Its warehouse.
    pub origin: FreightOrigin,
    /// Its commits.
    pub commits: Vec<GitCommit>,
    /// Its images.
    pub images: Vec<Image>,
    /// Its charts.
    pub charts: Vec<Chart>,
}

/// Where freight comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FreightOrigin {
    /// `Warehouse`.
    pub kind: String,
    /// The warehouse.
    pub name: String,
}

/// A commit of a Git repository. What is not known is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct GitCommit {
    /// The repository.
    #[serde(rename = "repoURL")]
    pub repo_url: String,
    /// The commit.
    pub id: String,
    /// The branch it was found on.
    pub branch: String,
    /// The tag it was found by.
    pub tag: String,
    /// The first line of its message.
    pub message: String,
    /// `Name <email>` of the author.
    pub author: String,
    /// `Name <email>` of the committer.
    pub committer: String,
    /// The name of the subscription that found it.
    pub subscription_name: String,
}

/// A container image. What is not known is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Image {
    /// The repository, without tag.
    #[serde(rename = "repoURL")]
    pub repo_url: String,
    /// The tag.
    pub tag: String,
    /// The digest, `sha256:…`.
    pub digest: String,
    /// The manifest's annotations.
    pub annotations: BTreeMap<String, String>,
    /// The name of the subscription that found it.
    pub subscription_name: String,
}

/// A Helm chart. What is not known is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Chart {
    /// The repository.
    #[serde(rename = "repoURL")]
    pub repo_url: String,
    /// The chart; empty in OCI registries, where the repository names it.
    pub name: String,
    /// The version.
    pub version: String,
    /// The name of the subscription that found it.
    pub subscription_name: String,
}
