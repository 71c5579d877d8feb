//! The history of Git repositories, as discovery needs it.

use std::sync::Arc;

use async_trait::async_trait;
use windlass_model::call::CallError;
use windlass_model::digest::CommitId;
use windlass_model::time::Timestamp;

use crate::credentials::GitCredential;
use crate::git::NetworkScope;

/// A repository and how it is reached.
#[derive(Debug, Clone)]
pub struct GitRepository {
    /// Where it is.
    pub url: String,
    /// With which credential.
    pub credential: Option<GitCredential>,
    /// Do not check the server's certificate.
    pub insecure_skip_tls_verify: bool,
    /// Directories beneath which `file://` repositories are allowed.
    pub local: Vec<String>,
}

/// One commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitInfo {
    /// Its id.
    pub id: CommitId,
    /// The first line of its message.
    pub subject: String,
    /// `Name <email>`.
    pub author: String,
    /// `Name <email>`.
    pub committer: String,
    /// When it was committed.
    pub committed_at: Timestamp,
    /// The paths that it changes against its first parent; empty if nobody asked for them.
    pub paths: Vec<String>,
}

/// Chooses among the commits of a branch, newest first.
pub trait CommitFilter: Send + Sync {
    /// Whether the paths a commit changes must be known: finding them takes time.
    fn needs_paths(&self) -> bool;

    /// Whether a commit counts.
    ///
    /// # Errors
    /// A message that ends the search.
    fn keeps(&self, commit: &CommitInfo) -> Result<bool, String>;

    /// Whether no older commit can count.
    fn ends_at(&self, commit: &CommitInfo) -> bool;
}

/// Reads histories.
#[async_trait]
pub trait GitHistory: Send + Sync {
    /// The newest `limit` commits of a branch (none: the default one) that `filter` keeps, in the order of `git log`.
    async fn commits(
        &self,
        network: &NetworkScope,
        repository: &GitRepository,
        branch: Option<&str>,
        limit: usize,
        filter: Arc<dyn CommitFilter>,
    ) -> Result<Vec<CommitInfo>, CallError>;

    /// One commit.
    async fn commit(
        &self,
        network: &NetworkScope,
        repository: &GitRepository,
        id: CommitId,
    ) -> Result<CommitInfo, CallError>;
}
