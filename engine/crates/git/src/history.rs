//! What discovery wants to know of a repository: its refs, and the commits of a branch.

use git2::Oid;
use windlass_model::call::CallError;
use windlass_model::digest::CommitId;
use windlass_model::time::Timestamp;
use windlass_ports::git_history::{CommitFilter, CommitInfo};

use crate::error::failed;
use crate::mirror::{Advertised, Mirror, Wire};
use crate::remote::Remote;
use crate::stage::commit_id;

/// Full names of the remote's refs, and what they point to.
pub(crate) fn refs(wire: &Wire, remote: &Remote) -> Result<Vec<(String, CommitId)>, CallError> {
    let advertised = wire.advertised(remote)?;
    let named = advertised.refs.iter().filter(|(name, _)| name != "HEAD");
    named.map(|(name, oid)| Ok((name.clone(), commit_id(*oid)?))).collect()
}

/// The newest commits of a branch that the filter keeps, in the order of `git log`.
pub(crate) fn commits(
    wire: &Wire,
    mirror: &Mirror,
    remote: &Remote,
    advertised: &Advertised,
    branch: Option<&str>,
    limit: usize,
    filter: &dyn CommitFilter,
) -> Result<Vec<CommitInfo>, CallError> {
    let full = match branch {
        Some(name) => Some(format!("refs/heads/{name}")),
        None => advertised.default_branch.clone(),
    };
    let head = full.and_then(|name| advertised.find(&name)).ok_or_else(|| {
        let message = match branch {
            Some(name) => format!("the repository has no branch {name:?}"),
            None => "the repository has no default branch; is it empty?".to_owned(),
        };
        CallError::not_found("git-revision-not-found", message)
    })?;
    mirror.bring(wire, remote, &[head])?;
    let repository = mirror.open()?;
    let git = |e: git2::Error| failed("the history", &e);
    // Unsorted is what git log does: from the head on, the newest of the parents first. Sorted by time would read the
    // whole history, and put a commit with a clock that was slow behind its parent.
    let mut walk = repository.revwalk().map_err(git)?;
    walk.push(head).map_err(git)?;
    let mut kept = Vec::new();
    for oid in walk {
        if wire.network.cancel.is_cancelled() {
            return Err(CallError::cancelled());
        }
        if kept.len() == limit {
            break;
        }
        let commit = describe(&repository, oid.map_err(git)?, filter.needs_paths())?;
        if filter.ends_at(&commit) {
            break;
        }
        if filter.keeps(&commit).map_err(|message| CallError::invalid("commit-filter", message))? {
            kept.push(commit);
        }
    }
    Ok(kept)
}

/// One commit by its id.
pub(crate) fn commit(
    wire: &Wire,
    mirror: &Mirror,
    remote: &Remote,
    id: Oid,
) -> Result<CommitInfo, CallError> {
    mirror.fetch(wire, remote, |_| vec![id])?;
    let repository = mirror.open()?;
    if repository.find_commit(id).is_err() {
        let message = format!("the repository has no commit {id}");
        return Err(CallError::not_found("git-revision-not-found", message));
    }
    describe(&repository, id, false)
}

/// A commit; with the paths that it changes if they are asked for.
pub(crate) fn describe(
    repository: &git2::Repository,
    oid: Oid,
    with_paths: bool,
) -> Result<CommitInfo, CallError> {
    let commit = repository.find_commit(oid).map_err(|e| failed("a commit", &e))?;
    let paths = if with_paths { changed_paths(repository, &commit)? } else { Vec::new() };
    Ok(CommitInfo {
        id: commit_id(oid)?,
        subject: String::from_utf8_lossy(commit.summary_bytes().unwrap_or_default()).into_owned(),
        author: person(&commit.author()),
        committer: person(&commit.committer()),
        committed_at: Timestamp::from_micros(commit.time().seconds().saturating_mul(1_000_000)),
        paths,
    })
}

/// The paths that a commit changes against its first parent.
pub(crate) fn changed_paths(
    repository: &git2::Repository,
    commit: &git2::Commit<'_>,
) -> Result<Vec<String>, CallError> {
    let git = |e: git2::Error| failed("a commit", &e);
    let parent = commit.parent(0).ok().map(|p| p.tree()).transpose().map_err(git)?;
    let tree = commit.tree().map_err(git)?;
    let diff = repository.diff_tree_to_tree(parent.as_ref(), Some(&tree), None).map_err(git)?;
    let path_of = |delta: git2::DiffDelta<'_>| {
        Some(delta.new_file().path().or(delta.old_file().path())?.display().to_string())
    };
    Ok(diff.deltas().filter_map(path_of).collect())
}

/// `Name <email>`.
pub(crate) fn person(signature: &git2::Signature<'_>) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{} <{}>", text(signature.name_bytes()), text(signature.email_bytes()))
}
