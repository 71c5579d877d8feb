//! The configuration of `git-clone`.

use schemars::JsonSchema;
use serde::Deserialize;

/// What to clone, and where to.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Config {
    /// The repository.
    #[serde(rename = "repoURL")]
    #[schemars(length(min = 1))]
    pub(crate) repo_url: String,
    /// What to check out, and where to.
    #[schemars(length(min = 1))]
    pub(crate) checkout: Vec<Checkout>,
    /// Who commits in these worktrees, where git-commit does not say.
    #[serde(default)]
    #[schemars(with = "Author")]
    pub(crate) author: Option<Author>,
    /// Do not check the server's certificate.
    #[serde(default, rename = "insecureSkipTLSVerify")]
    pub(crate) insecure_skip_tls_verify: bool,
    /// Check submodules out as well.
    #[serde(default)]
    pub(crate) recurse_submodules: bool,
    /// No effect: what is fetched is kept for the next clone, and then only what is new comes over the network.
    #[serde(default, rename = "blobless")]
    pub(crate) _blobless: bool,
}

/// A person, as commits name them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Author {
    /// The name.
    #[schemars(length(min = 1))]
    pub(crate) name: String,
    /// The address.
    #[schemars(email)]
    pub(crate) email: String,
    /// The OpenPGP key that commits are signed with, in ASCII armor and without a passphrase; best `${{ secret('…').… }}`.
    #[serde(default)]
    pub(crate) signing_key: String,
}

/// One revision, and the directory for it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("allOf" = [windlass_step::at_most_one(&["branch", "commit", "tag"])]))]
pub struct Checkout {
    /// The directory, in the work directory.
    #[schemars(length(min = 1))]
    pub(crate) path: String,
    /// The name of its commit in the outputs; the path if empty.
    #[serde(default, rename = "as")]
    pub(crate) alias: String,
    /// A branch.
    #[serde(default)]
    pub(crate) branch: String,
    /// A commit, by its whole id.
    #[serde(default)]
    pub(crate) commit: String,
    /// A tag.
    #[serde(default)]
    pub(crate) tag: String,
    /// Make the branch, empty, and push it if the repository does not have it.
    #[serde(default)]
    pub(crate) create: bool,
    /// Only these directories, with the files beside them on the way; everything if absent.
    #[serde(default)]
    #[schemars(length(min = 1))]
    pub(crate) sparse: Vec<String>,
}
