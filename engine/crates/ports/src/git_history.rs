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
    /// How old an answer may be that somebody else got; none: the repository itself is asked.
    pub freshness: Option<Freshness>,
}

/// How old a shared answer may be. Warehouses that watch one repository ask it once at each tick of the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Freshness {
    /// The time of the question.
    pub now: Timestamp,
    /// What was asked at this time or later will do.
    pub since: Timestamp,
}

/// The refs of a repository, as it lists them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RemoteRefs {
    /// The branch that HEAD names, if it is known.
    pub default_branch: Option<String>,
    /// Names of branches, and their heads.
    pub branches: Vec<(String, CommitId)>,
    /// Names of tags, and the commits behind them.
    pub tags: Vec<(String, CommitId)>,
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

/// One tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagInfo {
    /// Its name.
    pub name: String,
    /// The commit behind it. Its paths are known only after [`TagChoice::choose`].
    pub commit: CommitInfo,
    /// When the tag was made; of a lightweight one, when its commit was.
    pub created_at: Timestamp,
    /// `Name <email>` of who made an annotated tag; else empty.
    pub tagger: String,
    /// The first line of the message of an annotated tag; else empty.
    pub annotation: String,
}

/// Chooses among the tags of a repository.
pub trait TagChoice: Send + Sync {
    /// Whether a tag may count by its name alone. The others are not looked at.
    fn may_count(&self, name: &str) -> bool;

    /// Those that count, the best first. They come as Git lists them: newest first, then by name.
    ///
    /// # Errors
    /// A message that ends the search.
    fn choose(&self, tags: Vec<TagInfo>) -> Result<Vec<TagInfo>, String>;

    /// Whether the paths that the tagged commit changes must be known.
    fn needs_paths(&self) -> bool;

    /// Whether a chosen tag counts by these paths.
    fn keeps(&self, paths: &[String]) -> bool;
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

/// Which files of a commit are wanted.
#[derive(Debug, Clone)]
pub struct FileChoice {
    /// Those beneath this directory; empty: all.
    pub below: String,
    /// Those with one of these extensions, without the dot.
    pub extensions: &'static [&'static str],
    /// How many bytes they may have together.
    pub most_bytes: usize,
}

/// A file of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitFile {
    /// Its path from the chosen directory.
    pub path: String,
    /// What is in it.
    pub bytes: Vec<u8>,
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

    /// The best `limit` tags by a choice.
    async fn tags(
        &self,
        network: &NetworkScope,
        repository: &GitRepository,
        limit: usize,
        choice: Arc<dyn TagChoice>,
    ) -> Result<Vec<TagInfo>, CallError>;

    /// The refs of a repository, by one question to it and without fetching anything.
    async fn refs(&self, network: &NetworkScope, repository: &GitRepository)
    -> Result<RemoteRefs, CallError>;

    /// One commit.
    async fn commit(
        &self,
        network: &NetworkScope,
        repository: &GitRepository,
        id: CommitId,
    ) -> Result<CommitInfo, CallError>;

    /// The files of a commit that are chosen, in the order of their paths. Symbolic links and submodules are none.
    async fn files(
        &self,
        network: &NetworkScope,
        repository: &GitRepository,
        id: CommitId,
        choice: FileChoice,
    ) -> Result<Vec<CommitFile>, CallError>;
}
