//! Warehouse: which repositories are watched, and how versions are chosen in each.

use serde::{Deserialize, Serialize};

use super::ObjectMeta;

/// A Kargo Warehouse.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Warehouse {
    /// Names it.
    pub metadata: ObjectMeta,
    /// What it watches.
    pub spec: WarehouseSpec,
}

/// What a warehouse watches.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct WarehouseSpec {
    /// Which controller looks after it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub shard: String,
    /// How often to look, a Go duration; 5 minutes if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<String>,
    /// `Automatic` (if absent) or `Manual`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub freight_creation_policy: Option<String>,
    /// When freight may be made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub freight_creation_criteria: Option<FreightCreationCriteria>,
    /// The repositories.
    pub subscriptions: Vec<Subscription>,
}

/// When freight may be made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FreightCreationCriteria {
    /// A bare expression over what was found.
    pub expression: String,
}

/// One repository: exactly one of `git`, `image`, `chart`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Subscription {
    /// Optional name, unique in the warehouse.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// A Git repository.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub git: Option<GitSubscription>,
    /// An image repository.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<ImageSubscription>,
    /// A chart repository.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chart: Option<ChartSubscription>,
}

/// How a commit is chosen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum CommitSelectionStrategy {
    /// The head of a branch.
    #[default]
    #[serde(alias = "")]
    NewestFromBranch,
    /// The highest version among tags.
    SemVer,
    /// The last tag in byte order.
    Lexical,
    /// The tag made last.
    NewestTag,
}

/// A Git repository to watch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct GitSubscription {
    /// The repository.
    #[serde(rename = "repoURL")]
    pub repo_url: String,
    /// How a commit is chosen.
    pub commit_selection_strategy: CommitSelectionStrategy,
    /// The branch; empty for the default one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub branch: String,
    /// Which versions count.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub semver_constraint: String,
    /// Whether tags must have all three parts of a version; yes if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strict_semvers: Option<bool>,
    /// Only tags that match one of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allow_tags_regexes: Vec<String>,
    /// No tags that match one of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ignore_tags_regexes: Vec<String>,
    /// Once a regular expression for tags. Kargo no longer discovers anything where it is set, nor do we.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub allow_tags: String,
    /// Once a list of tags to leave out; as `allow_tags`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ignore_tags: Vec<String>,
    /// A bare expression over each commit or tag.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub expression_filter: String,
    /// Only commits that change one of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub include_paths: Vec<String>,
    /// Changes here do not count.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclude_paths: Vec<String>,
    /// How many to keep, 20 if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discovery_limit: Option<u32>,
    /// No commits older than this, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// Do not check the server's certificate.
    #[serde(rename = "insecureSkipTLSVerify", skip_serializing_if = "std::ops::Not::not")]
    pub insecure_skip_tls_verify: bool,
    /// Fetch without file contents; Windlass keeps one mirror for all, so it changes nothing here.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub blobless: bool,
}

/// How an image is chosen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ImageSelectionStrategy {
    /// The highest version among tags.
    #[default]
    #[serde(alias = "")]
    SemVer,
    /// The last tag in byte order.
    Lexical,
    /// The image built last.
    NewestBuild,
    /// Whatever one mutable tag points to.
    Digest,
}

/// An image repository to watch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ImageSubscription {
    /// The repository, without tag.
    #[serde(rename = "repoURL")]
    pub repo_url: String,
    /// How an image is chosen.
    pub image_selection_strategy: ImageSelectionStrategy,
    /// Which versions count, or for `Digest` the tag.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub constraint: String,
    /// Whether tags must have all three parts of a version; yes if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strict_semvers: Option<bool>,
    /// Only tags that match one of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allow_tags_regexes: Vec<String>,
    /// No tags that match one of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ignore_tags_regexes: Vec<String>,
    /// Once a regular expression for tags. Kargo no longer discovers anything where it is set, nor do we.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub allow_tags: String,
    /// Once a list of tags to leave out; as `allow_tags`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ignore_tags: Vec<String>,
    /// Only images for this platform, `os/arch`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub platform: String,
    /// Do not check the server's certificate.
    #[serde(rename = "insecureSkipTLSVerify", skip_serializing_if = "std::ops::Not::not")]
    pub insecure_skip_tls_verify: bool,
    /// How many to keep, 20 if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discovery_limit: Option<u32>,
    /// Tags may be taken as immutable.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub cache_by_tag: bool,
}

/// A chart repository to watch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ChartSubscription {
    /// The repository.
    #[serde(rename = "repoURL")]
    pub repo_url: String,
    /// The chart, for HTTP repositories.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Which versions count.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub semver_constraint: String,
    /// How many to keep, 20 if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discovery_limit: Option<u32>,
    /// Do not check the server's certificate.
    #[serde(rename = "insecureSkipTLSVerify", skip_serializing_if = "std::ops::Not::not")]
    pub insecure_skip_tls_verify: bool,
}
