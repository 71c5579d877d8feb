//! Integrating commits of others: what Git calls a rebase, done in the repository without touching files until it is
//! known to work.

use std::path::Path;

use git2::{Delta, Oid, Repository, Sort};
use windlass_model::call::git::Identity;
use windlass_model::call::{CallError, ErrorKind};
use windlass_model::time::Timestamp;
use windlass_workdir::{AttemptDir, FileKind};

use crate::checkout::{index_entry, write_content};
use crate::commit::signature;
use crate::error::{failed, file_failed};
use crate::sparse::Sparse;
use crate::stage::Staging;

/// Puts the commits of `ours` that `theirs` does not have on top of `theirs`; the new head. Commits that change nothing
/// any more are left out, as Git does.
pub(crate) fn rebase(
    repository: &Repository,
    ours: Oid,
    theirs: Oid,
    committer: &Identity,
    at: Timestamp,
) -> Result<Oid, CallError> {
    let git = |e: git2::Error| failed("the rebase", &e);
    let mut walk = repository.revwalk().map_err(git)?;
    walk.set_sorting(Sort::TOPOLOGICAL | Sort::REVERSE).map_err(git)?;
    walk.push(ours).map_err(git)?;
    walk.hide(theirs).map_err(git)?;
    let mut head = theirs;
    for commit in walk {
        let commit = repository.find_commit(commit.map_err(git)?).map_err(git)?;
        if commit.parent_count() > 1 {
            continue;
        }
        let onto = repository.find_commit(head).map_err(git)?;
        let mut index = repository.cherrypick_commit(&commit, &onto, 0, None).map_err(git)?;
        if index.has_conflicts() {
            return Err(conflict(&index));
        }
        let tree = index.write_tree_to(repository).map_err(git)?;
        if tree == onto.tree_id() {
            continue;
        }
        let tree = repository.find_tree(tree).map_err(git)?;
        let committer = signature(committer, at).map_err(git)?;
        let message = commit.message().map_err(git)?;
        head =
            repository.commit(None, &commit.author(), &committer, message, &tree, &[&onto]).map_err(git)?;
    }
    Ok(head)
}

fn conflict(index: &git2::Index) -> CallError {
    let paths: Vec<String> = index
        .conflicts()
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|c| c.our.or(c.their).or(c.ancestor))
        .map(|entry| String::from_utf8_lossy(&entry.path).into_owned())
        .collect();
    CallError::new(
        ErrorKind::Conflict,
        "git-conflict",
        format!("the remote has changed the same lines meanwhile, in {}", paths.join(", ")),
    )
}

/// Brings the files and the index of a worktree from its head to `new`, file by file that differs.
pub(crate) fn move_worktree(dir: &AttemptDir, staging: &mut Staging<'_>, new: Oid) -> Result<(), CallError> {
    let git = |e: git2::Error| failed("the worktree", &e);
    let sparse = Sparse::new(&staging.found.state.sparse);
    let root = staging.root()?;
    let old = staging.head_tree()?;
    let new_tree = staging.repository.find_commit(new).map_err(git)?.tree_id();
    let changes: Vec<(Delta, std::path::PathBuf, Oid, i32)> = {
        let (old, new) = (
            staging.repository.find_tree(old).map_err(git)?,
            staging.repository.find_tree(new_tree).map_err(git)?,
        );
        let diff = staging.repository.diff_tree_to_tree(Some(&old), Some(&new), None).map_err(git)?;
        diff.deltas()
            .filter_map(|delta| {
                let path = delta.new_file().path().or(delta.old_file().path())?.to_owned();
                let mode = i32::try_from(u32::from(delta.new_file().mode())).unwrap_or(0);
                Some((delta.status(), path, delta.new_file().id(), mode))
            })
            .collect()
    };
    for (status, path, id, mode) in changes {
        if status == Delta::Deleted {
            staging.index.remove(&path, 0).map_err(git)?;
        }
        if !sparse.has_file(&path) {
            if status != Delta::Deleted {
                staging.index.add(&index_entry(&path, id, mode, None)).map_err(git)?;
            }
            continue;
        }
        let parent = path.parent().unwrap_or(Path::new(""));
        let name = Path::new(path.file_name().unwrap_or_default());
        let wrong = |e| file_failed(&path, &e);
        let there = dir.work.make_dirs_no_links(&root.path().join(parent)).map_err(wrong)?;
        let is_dir = |stat: windlass_workdir::Stat| stat.kind == FileKind::Directory;
        if dir.work.stat(&there, name, windlass_workdir::Follow::No).is_ok_and(|stat| !is_dir(stat)) {
            dir.work.remove_file(&there, name).map_err(wrong)?;
        }
        if status != Delta::Deleted {
            let stat = write_content(&staging.repository, id, mode, &dir.work, &there, name)?;
            staging.index.add(&index_entry(&path, id, mode, Some(&stat))).map_err(git)?;
        }
    }
    Ok(())
}
