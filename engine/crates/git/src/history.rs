//! What discovery wants to know of a repository: its refs, and the commits of a branch.

use git2::{Oid, Sort};
use windlass_model::call::CallError;
use windlass_model::digest::CommitId;
use windlass_model::time::Timestamp;

use crate::error::failed;
use crate::mirror::{Advertised, Mirror, Wire};
use crate::remote::Remote;
use crate::stage::commit_id;

/// The refs of a remote.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RemoteRefs {
    /// Full names and what they point to.
    pub refs: Vec<(String, CommitId)>,
    /// The branch that HEAD names, without `refs/heads/`.
    pub default_branch: Option<String>,
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

/// How much of a history is wanted.
#[derive(Debug, Clone)]
pub(crate) struct HistoryQuery {
    /// The branch, without `refs/heads/`; none for the default one.
    pub(crate) branch: Option<String>,
    /// How many commits at most, newest first.
    pub(crate) limit: usize,
    /// Whether to tell which paths each commit changes.
    pub(crate) with_paths: bool,
}

pub(crate) fn refs(wire: &Wire, remote: &Remote) -> Result<RemoteRefs, CallError> {
    let advertised = wire.advertised(remote)?;
    let mut refs = Vec::new();
    for (name, oid) in &advertised.refs {
        if name != "HEAD" {
            refs.push((name.clone(), commit_id(*oid)?));
        }
    }
    Ok(RemoteRefs { refs, default_branch: default_branch(&advertised) })
}

fn default_branch(advertised: &Advertised) -> Option<String> {
    let full = advertised.default_branch.as_deref()?;
    Some(full.strip_prefix("refs/heads/").unwrap_or(full).to_owned())
}

/// The newest commits of a branch, in the order of `git log`.
pub(crate) fn commits(
    wire: &Wire,
    mirror: &Mirror,
    remote: &Remote,
    query: &HistoryQuery,
) -> Result<Vec<CommitInfo>, CallError> {
    let full = |advertised: &Advertised| match &query.branch {
        Some(name) => Some(format!("refs/heads/{name}")),
        None => advertised.default_branch.clone(),
    };
    let head = |advertised: &Advertised| full(advertised).and_then(|name| advertised.find(&name));
    let advertised = mirror.fetch(wire, remote, |advertised| head(advertised).into_iter().collect())?;
    let head = head(&advertised).ok_or_else(|| {
        let name = query.branch.as_deref().unwrap_or("the default branch");
        CallError::not_found("git-revision-not-found", format!("the repository has no branch {name:?}"))
    })?;
    let repository = mirror.open()?;
    let git = |e: git2::Error| failed("the history", &e);
    let mut walk = repository.revwalk().map_err(git)?;
    walk.set_sorting(Sort::TIME).map_err(git)?;
    walk.push(head).map_err(git)?;
    walk.take(query.limit).map(|oid| describe(&repository, oid.map_err(git)?, query.with_paths)).collect()
}

/// One commit by its id.
pub(crate) fn commit(
    wire: &Wire,
    mirror: &Mirror,
    remote: &Remote,
    id: Oid,
) -> Result<CommitInfo, CallError> {
    mirror.fetch(wire, remote, |_| vec![id])?;
    describe(&mirror.open()?, id, false)
}

fn describe(repository: &git2::Repository, oid: Oid, with_paths: bool) -> Result<CommitInfo, CallError> {
    let git = |e: git2::Error| failed("a commit", &e);
    let commit = repository.find_commit(oid).map_err(git)?;
    let person = |signature: git2::Signature<'_>| {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        format!("{} <{}>", text(signature.name_bytes()), text(signature.email_bytes()))
    };
    let mut paths = Vec::new();
    if with_paths {
        let parent = commit.parent(0).ok().map(|p| p.tree()).transpose().map_err(git)?;
        let tree = commit.tree().map_err(git)?;
        let diff = repository.diff_tree_to_tree(parent.as_ref(), Some(&tree), None).map_err(git)?;
        paths.extend(diff.deltas().filter_map(|delta| {
            Some(delta.new_file().path().or(delta.old_file().path())?.display().to_string())
        }));
    }
    Ok(CommitInfo {
        id: commit_id(oid)?,
        subject: String::from_utf8_lossy(commit.summary_bytes().unwrap_or_default()).into_owned(),
        author: person(commit.author()),
        committer: person(commit.committer()),
        committed_at: Timestamp::from_micros(commit.time().seconds().saturating_mul(1_000_000)),
        paths,
    })
}
