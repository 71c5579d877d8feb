//! Git. Worktrees are named by their path in the work directory.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use crate::Error;
pub use crate::bindings::windlass::step::git::{Checkout, Committed, Pushed, Rev, Target};
use crate::context::Context;
use crate::host::Host as _;

/// A person, as commits name them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The name.
    pub name: String,
    /// The address.
    pub email: String,
}

/// How to clone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CloneOptions {
    /// Who commits in the worktrees.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<Identity>,
    /// The OpenPGP key that commits in the worktrees are signed with, or its token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signing_key: Option<String>,
    /// Do not check the server's certificate.
    #[serde(rename = "insecureSkipTLSVerify")]
    pub insecure_skip_tls_verify: bool,
    /// Check submodules out as well.
    pub recurse_submodules: bool,
}

/// How to commit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CommitOptions {
    /// Who commits, instead of the worktree's own identity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<Identity>,
    /// The OpenPGP key to sign with, or its token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signing_key: Option<String>,
}

/// How to push.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PushOptions {
    /// Replace what is there.
    pub force: bool,
    /// How often to try over a branch that others move; the host's own number if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_attempts: Option<NonZeroU32>,
    /// The forge, where the repository's host name does not tell.
    #[serde(skip_serializing_if = "Option::is_none")]
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

/// What a worktree has checked out.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Head {
    /// The commit.
    pub commit: String,
    /// The branch, unless the head is detached.
    pub branch: Option<String>,
    /// The repository.
    pub url: String,
    /// Who commits here.
    pub author: Identity,
    /// Whether a commit made now would change anything.
    pub dirty: bool,
}

/// How to tag.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TagOptions {
    /// Move a tag that is there.
    pub force: bool,
}

/// How a file differs from the head commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Change {
    /// The path within the worktree.
    pub path: String,
    /// How it differs.
    pub kind: ChangeKind,
}

/// A worktree.
pub struct Worktree<'a> {
    context: &'a Context,
    path: String,
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "{}".to_owned())
}

fn understood<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|error| Error {
        kind: crate::ErrorKind::Internal,
        retry: crate::Retry::Never,
        message: format!("the host's answer is not understood: {error}"),
        code: "internal".to_owned(),
        details: "{}".to_owned(),
    })
}

impl Context {
    /// Fetches a repository and makes worktrees; the commit of each.
    ///
    /// # Errors
    /// If no grant allows it, or a revision does not exist.
    pub fn clone_repository(
        &self,
        url: &str,
        checkouts: &[Checkout],
        options: &CloneOptions,
    ) -> Result<Vec<String>, Error> {
        self.host.clone_repository(url, checkouts, &json(options))
    }

    /// The refs of a remote: full names, or prefixes ending in `/`; none for all.
    ///
    /// # Errors
    /// If no grant allows it, or the remote cannot be reached.
    pub fn list_refs(&self, url: &str, patterns: &[String]) -> Result<Vec<(String, String)>, Error> {
        self.host.list_refs(url, patterns)
    }

    /// The worktree at `path`. Whether there is one shows when it is used.
    #[must_use]
    pub fn worktree(&self, path: &str) -> Worktree<'_> {
        Worktree { context: self, path: path.to_owned() }
    }
}

impl Worktree<'_> {
    /// What is checked out.
    ///
    /// # Errors
    /// If there is no worktree.
    pub fn head(&self) -> Result<Head, Error> {
        understood(&self.context.host.worktree_head(&self.path)?)
    }

    /// What a commit made now would change, by path.
    ///
    /// # Errors
    /// If there is no worktree.
    pub fn diff(&self) -> Result<Vec<Change>, Error> {
        #[derive(Deserialize)]
        struct Changes {
            files: Vec<Change>,
        }
        let changes: Changes = understood(&self.context.host.worktree_diff(&self.path)?)?;
        Ok(changes.files)
    }

    /// Removes every tracked or addable file.
    ///
    /// # Errors
    /// If there is no worktree.
    pub fn clear(&self) -> Result<(), Error> {
        self.context.host.worktree_clear(&self.path)
    }

    /// Commits everything.
    ///
    /// # Errors
    /// If there is no worktree, or a file holds the token of a secret.
    pub fn commit(&self, message: &str, options: &CommitOptions) -> Result<Committed, Error> {
        self.context.host.worktree_commit(&self.path, message, &json(options))
    }

    /// Makes an annotated tag at the head; the commit that is tagged. [`Worktree::push`] sends it.
    ///
    /// # Errors
    /// If there is no worktree, or the tag is there already.
    pub fn tag(&self, name: &str, message: &str, options: &TagOptions) -> Result<String, Error> {
        self.context.host.worktree_tag(&self.path, name, message, &json(options))
    }

    /// Sends the commits to the remote.
    ///
    /// # Errors
    /// If no grant allows it, or the remote has changed in a way that cannot be integrated.
    pub fn push(&self, to: &Target, options: &PushOptions) -> Result<Pushed, Error> {
        self.context.host.worktree_push(&self.path, to, &json(options))
    }
}
