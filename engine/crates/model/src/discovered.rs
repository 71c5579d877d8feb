//! What a warehouse found in its repositories, in the shape of Kargo's `status.discoveredArtifacts`. The newest, or
//! highest, comes first everywhere.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// Everything that a warehouse found at one time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DiscoveredArtifacts {
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discovered_at: Option<Timestamp>,
    /// One for each Git repository.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub git: Vec<GitDiscovery>,
    /// One for each image repository.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<ImageDiscovery>,
    /// One for each chart.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub charts: Vec<ChartDiscovery>,
}

/// What was found in one Git repository.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct GitDiscovery {
    /// The repository, as the subscription names it.
    #[serde(rename = "repoURL")]
    pub repo_url: String,
    /// The subscription's name, if it has one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub subscription_name: String,
    /// The commits.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub commits: Vec<DiscoveredCommit>,
    /// The refs that decided it: while the repository has the same, the commits stay what they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed_refs: Option<ObservedRefs>,
}

/// The refs that a discovery depends on: of a branch, or of tags.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ObservedRefs {
    /// The head of the branch.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub branch_head: String,
    /// The tags that may count by their names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<ObservedTag>,
}

/// A tag that was seen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ObservedTag {
    /// Its name.
    pub name: String,
    /// The commit behind it.
    pub id: String,
}

/// A commit that was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DiscoveredCommit {
    /// Its id.
    pub id: String,
    /// The subscription's branch; empty where the default branch was used.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub branch: String,
    /// The tag by which it was selected.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub tag: String,
    /// The first line of its message, 80 bytes at most.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub subject: String,
    /// `Name <email>`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub author: String,
    /// `Name <email>`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub committer: String,
    /// When it, or its tag, was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub creator_date: Option<Timestamp>,
}

/// What was found in one image repository.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ImageDiscovery {
    /// The repository, as the subscription names it.
    #[serde(rename = "repoURL")]
    pub repo_url: String,
    /// The platform that was asked for.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub platform: String,
    /// The subscription's name, if it has one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub subscription_name: String,
    /// The images.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<DiscoveredImage>,
}

/// An image that was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DiscoveredImage {
    /// Its tag.
    pub tag: String,
    /// The digest of the manifest or index.
    pub digest: String,
    /// Its annotations.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
    /// When it was built.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
}

/// What was found of one chart.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ChartDiscovery {
    /// The repository, as the subscription names it.
    #[serde(rename = "repoURL")]
    pub repo_url: String,
    /// The chart; empty in OCI registries.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Which versions count.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub semver_constraint: String,
    /// The subscription's name, if it has one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub subscription_name: String,
    /// The versions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<String>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_form_is_that_of_a_warehouses_status() {
        let status = json!({
            "discoveredAt": "2026-03-01T00:00:00Z",
            "git": [{
                "repoURL": "https://git.example/app.git",
                "subscriptionName": "app",
                "commits": [{
                    "id": "0123456789abcdef0123456789abcdef01234567",
                    "branch": "main",
                    "tag": "v1.0.0",
                    "subject": "First",
                    "author": "Ada <ada@example.com>",
                    "committer": "Bo <bo@example.com>",
                    "creatorDate": "2026-02-01T00:00:00Z",
                }],
                "observedRefs": {"tags": [{"name": "v1.0.0", "id": "0123456789abcdef0123456789abcdef01234567"}]},
            }, {
                "repoURL": "https://git.example/web.git",
                "observedRefs": {"branchHead": "0123456789abcdef0123456789abcdef01234567"},
            }],
            "images": [{
                "repoURL": "registry.example/app",
                "platform": "linux/amd64",
                "subscriptionName": "image",
                "references": [{
                    "tag": "1.0.0",
                    "digest": "sha256:00",
                    "annotations": {"a": "b"},
                    "createdAt": "2026-02-01T00:00:00Z",
                }],
            }],
            "charts": [{
                "repoURL": "https://charts.example",
                "name": "web",
                "semverConstraint": "^1",
                "subscriptionName": "chart",
                "versions": ["1.1.0", "1.0.0"],
            }],
        });
        let read: DiscoveredArtifacts = serde_json::from_value(status.clone()).unwrap();
        assert_eq!(read.charts[0].versions, ["1.1.0", "1.0.0"]);
        assert_eq!(serde_json::to_value(read).unwrap(), status);
    }
}
