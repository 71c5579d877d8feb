//! Freight: artifacts that travel together, and the names Kargo computes for them.
//!
//! The id is a hash of what the freight holds (`kargo.md` section 1.5), so the same content always has the same
//! name. Addresses are normalised first, so that two spellings of one repository count as one.

pub mod address;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use sha1::{Digest as _, Sha1};

use crate::artifact::{Chart, GitCommit, Image, OtherArtifact};
use crate::ids::FreightName;

/// Where freight comes from. Kargo knows only warehouses.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FreightOrigin {
    /// Always `Warehouse`.
    #[serde(default = "FreightOrigin::warehouse_kind")]
    pub kind: String,
    /// The warehouse.
    pub name: String,
}

impl FreightOrigin {
    /// The origin that is the warehouse `name`.
    #[must_use]
    pub fn warehouse(name: impl Into<String>) -> Self {
        Self { kind: Self::warehouse_kind(), name: name.into() }
    }

    fn warehouse_kind() -> String {
        "Warehouse".to_owned()
    }
}

impl fmt::Display for FreightOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.name)
    }
}

/// What a freight holds, as promotions and stages refer to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FreightReference {
    /// The freight's name.
    #[serde(default)]
    pub name: String,
    /// Its warehouse.
    pub origin: FreightOrigin,
    /// Its commits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commits: Vec<GitCommit>,
    /// Its images.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<Image>,
    /// Its charts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub charts: Vec<Chart>,
    /// Its artifacts of other kinds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub artifacts: Vec<OtherArtifact>,
}

impl FreightReference {
    /// The name that this content has: SHA-1 over the origin and the sorted artifacts.
    #[must_use]
    pub fn compute_name(&self) -> FreightName {
        let mut parts: Vec<String> = Vec::new();
        parts.extend(self.commits.iter().map(commit_part));
        parts.extend(self.images.iter().map(|image| {
            named(format!("{}:{}@{}", image.repo_url, image.tag, image.digest), &image.subscription_name)
        }));
        parts.extend(self.charts.iter().map(chart_part));
        parts.extend(
            self.artifacts
                .iter()
                .map(|a| format!("{}:{}:{}", a.artifact_type, a.subscription_name, a.version)),
        );
        parts.sort_unstable();
        let name = hex::encode(Sha1::digest(format!("{}:{}", self.origin, parts.join("|"))));
        FreightName::new(name).expect("hex digits make a Kubernetes name")
    }
}

fn named(part: String, subscription: &str) -> String {
    if subscription.is_empty() { part } else { format!("{part}:{subscription}") }
}

fn commit_part(commit: &GitCommit) -> String {
    let url = address::normalize_git(&commit.repo_url);
    let tag = if commit.tag.is_empty() { String::new() } else { format!(":{}", commit.tag) };
    named(format!("{url}{tag}:{}", commit.id), &commit.subscription_name)
}

fn chart_part(chart: &Chart) -> String {
    let path = clean_path(&format!("{}/{}", address::normalize_chart(&chart.repo_url), chart.name));
    named(format!("{path}:{}", chart.version), &chart.subscription_name)
}

/// Cleans slashes and dots as Go's `path.Join` does: Kargo joins a chart's repository and name with it, which is
/// why `https://` becomes `https:/` in what is hashed.
fn clean_path(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            name => parts.push(name),
        }
    }
    let joined = parts.join("/");
    if rooted { format!("/{joined}") } else { joined }
}

/// The freight of every origin a stage asks for, at one time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FreightCollection {
    /// SHA-1 of the sorted names.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// By origin, `Warehouse/<name>`.
    pub items: BTreeMap<String, FreightReference>,
}

impl FreightCollection {
    /// Puts `freight` in, in the place of any other of its origin.
    pub fn insert(&mut self, freight: FreightReference) {
        self.items.insert(freight.origin.to_string(), freight);
        let mut names: Vec<&str> = self.items.values().map(|f| f.name.as_str()).collect();
        names.sort_unstable();
        self.id = hex::encode(Sha1::digest(names.join(",")));
    }

    /// All freight, by origin.
    pub fn iter(&self) -> impl Iterator<Item = &FreightReference> {
        self.items.values()
    }
}
