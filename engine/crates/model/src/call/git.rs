//! Git: repositories are named by URL, worktrees by their path in the work directory.

use std::fmt;
use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use super::path::WorkPath;
use crate::digest::CommitId;

/// What to check out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rev {
    /// The branch that the remote's HEAD names.
    DefaultBranch,
    /// A branch.
    Branch(String),
    /// A tag.
    Tag(String),
    /// A commit.
    Commit(CommitId),
}

/// One worktree to make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Checkout {
    /// What to check out.
    pub rev: Rev,
    /// Where to.
    pub path: WorkPath,
    /// Make the branch as an empty one, and push it, if the remote does not have it.
    #[serde(default)]
    pub create: bool,
    /// Only these directories (and the files beside them on the way); empty for everything.
    #[serde(default)]
    pub sparse: Vec<String>,
}

/// A person, as commits name them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Identity {
    /// The name.
    pub name: String,
    /// The address.
    pub email: String,
}

/// A private key to sign commits with, or the token of one. No `Debug` shows it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SigningKeyText(pub String);

impl fmt::Debug for SigningKeyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKeyText(…)")
    }
}

/// Arguments of `git.clone`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Clone {
    /// The repository.
    pub url: String,
    /// The worktrees to make.
    pub checkouts: Vec<Checkout>,
    /// The rest.
    #[serde(default)]
    pub options: CloneOptions,
}

/// Options of `git.clone`; a closed set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CloneOptions {
    /// Who commits in these worktrees; the engine's own identity if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<Identity>,
    /// The OpenPGP key that commits in these worktrees are signed with, in ASCII armor; none are signed if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signing_key: Option<SigningKeyText>,
    /// Do not check the server's certificate.
    #[serde(default, rename = "insecureSkipTLSVerify")]
    pub insecure_skip_tls_verify: bool,
    /// Check submodules out as well.
    #[serde(default)]
    pub recurse_submodules: bool,
    /// The paths are in the scratch directory `/tmp`, the trees are bare files, and nothing can be committed.
    #[serde(default)]
    pub scratch: bool,
}

/// Arguments of `git.listRefs`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListRefs {
    /// The repository.
    pub url: String,
    /// Full names, or prefixes that end in `/`; empty for all.
    #[serde(default)]
    pub patterns: Vec<String>,
}

/// Arguments of the calls that need only a worktree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Worktree {
    /// Where the worktree is.
    pub path: WorkPath,
}

/// Arguments of `git.worktree.diff`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Diff {
    /// Where the worktree is.
    pub path: WorkPath,
    /// None yet; closed.
    #[serde(default)]
    pub options: super::NoArguments,
}

/// Arguments of `git.worktree.commit`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Commit {
    /// Where the worktree is.
    pub path: WorkPath,
    /// The message; cleaned as Git cleans one.
    pub message: String,
    /// The rest.
    #[serde(default)]
    pub options: CommitOptions,
}

/// Options of `git.worktree.commit`; a closed set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CommitOptions {
    /// Who commits, instead of the worktree's own identity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<Identity>,
    /// The OpenPGP key to sign with, instead of the worktree's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signing_key: Option<SigningKeyText>,
}

/// Arguments of `git.worktree.tag`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Tag {
    /// Where the worktree is.
    pub path: WorkPath,
    /// The tag's name.
    pub name: String,
    /// Its message.
    pub message: String,
    /// The rest.
    #[serde(default)]
    pub options: TagOptions,
}

/// Options of `git.worktree.tag`; a closed set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TagOptions {
    /// Move a tag that is there.
    #[serde(default)]
    pub force: bool,
}

/// Where a push goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// The branch that is checked out.
    Current,
    /// This branch.
    Branch(String),
    /// This tag, made before with `git.worktree.tag`.
    Tag(String),
}

/// Arguments of `git.worktree.push`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Push {
    /// Where the worktree is.
    pub path: WorkPath,
    /// Where to send.
    pub to: Target,
    /// The rest.
    #[serde(default)]
    pub options: PushOptions,
}

/// Options of `git.worktree.push`; a closed set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PushOptions {
    /// Replace what is there, whatever it is.
    #[serde(default)]
    pub force: bool,
    /// How often a push is tried over a branch that others move; the host's own number if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_attempts: Option<NonZeroU32>,
    /// The forge that serves the repository, where its host name does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<Provider>,
}

/// The kind of a forge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// Azure DevOps.
    Azure,
    /// Bitbucket Cloud.
    Bitbucket,
    /// Gitea, and Forgejo.
    Gitea,
    /// GitHub, also one's own.
    GitHub,
    /// GitLab, also one's own.
    GitLab,
}

/// Answer of `git.worktree.head`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Head {
    /// The commit that is checked out.
    pub commit: CommitId,
    /// The branch, unless the head is detached.
    pub branch: Option<String>,
    /// The repository's URL.
    pub url: String,
    /// Who commits here.
    pub author: Identity,
    /// Whether a commit made now would change anything.
    pub dirty: bool,
}

/// How one file differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    /// Not in the head commit.
    Added,
    /// Other content or mode.
    Modified,
    /// Gone from the worktree.
    Deleted,
}

/// One file that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// The path within the worktree.
    pub path: String,
    /// How it differs.
    pub kind: ChangeKind,
}

/// Answer of `git.worktree.diff`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Changes {
    /// Every file that differs, by path.
    pub files: Vec<Change>,
}

/// Answer of `git.worktree.commit`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Committed {
    /// The head commit now.
    pub commit: CommitId,
    /// False if there was nothing to commit.
    pub changed: bool,
}

/// Answer of `git.worktree.push`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pushed {
    /// The full name of the ref, `refs/heads/…` or `refs/tags/…`.
    #[serde(rename = "ref")]
    pub reference: String,
    /// The commit that it points to now; of a tag the commit that is tagged.
    pub commit: CommitId,
    /// A page of the commit for people, where the forge is known.
    pub url: Option<String>,
}

/// Arguments of the host's own `host.git.updateRef`: a compare-and-swap of one ref of a remote, with the objects
/// that the new value needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateRef {
    /// The repository.
    pub url: String,
    /// The full name of the ref.
    #[serde(rename = "ref")]
    pub reference: String,
    /// What it must point to now; none: it must not exist.
    pub old: Option<CommitId>,
    /// What it shall point to.
    pub new: CommitId,
    /// Do not check the server's certificate.
    #[serde(default, rename = "insecureSkipTLSVerify")]
    pub insecure_skip_tls_verify: bool,
}

/// Answer of `host.git.updateRef`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RefUpdated {
    /// What the ref points to now.
    pub commit: CommitId,
}
