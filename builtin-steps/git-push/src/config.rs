//! The configuration of `git-push`.

use std::num::NonZeroU32;

use schemars::JsonSchema;
use serde::Deserialize;
use windlass_step::{at_most_one, git};

/// What to push, and where to: to the branch that is checked out, unless something else is said.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("allOf" = [
    at_most_one(&["generateTargetBranch", "targetBranch", "tag"]),
    at_most_one(&["tag", "force"]),
]))]
pub struct Config {
    /// The worktree, or a directory in it.
    #[schemars(length(min = 1))]
    pub(crate) path: String,
    /// Push to this branch.
    #[serde(default)]
    pub(crate) target_branch: String,
    /// Push to a branch named after the promotion, whatever is there.
    #[serde(default)]
    pub(crate) generate_target_branch: bool,
    /// Push this tag, which git-tag made.
    #[serde(default)]
    pub(crate) tag: String,
    /// Replace what is there, instead of putting the commits on top.
    #[serde(default)]
    pub(crate) force: bool,
    /// How often to try over a branch that others move; 10 if absent.
    #[serde(default)]
    #[schemars(with = "u32", range(min = 1, max = 2_147_483_647))]
    pub(crate) max_attempts: Option<NonZeroU32>,
    /// The forge, where the host name of the repository does not tell.
    #[serde(default)]
    #[schemars(with = "Provider")]
    pub(crate) provider: Option<Provider>,
}

/// The kind of a forge.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[expect(
    missing_docs,
    reason = "descriptions would turn the list of names in the schema into a list of schemas"
)]
pub enum Provider {
    Azure,
    Bitbucket,
    Gitea,
    GitHub,
    GitLab,
}

impl From<Provider> for git::Provider {
    fn from(provider: Provider) -> Self {
        match provider {
            Provider::Azure => Self::Azure,
            Provider::Bitbucket => Self::Bitbucket,
            Provider::Gitea => Self::Gitea,
            Provider::GitHub => Self::GitHub,
            Provider::GitLab => Self::GitLab,
        }
    }
}
