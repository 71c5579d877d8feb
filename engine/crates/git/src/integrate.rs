//! Integrating commits of others: what Git calls a rebase, done in the repository without touching files until it is
//! known to work.

use std::path::{Path, PathBuf};

use git2::{Delta, Oid, Repository, Sort};
use rustix::io::Errno;
use windlass_model::call::git::Change;
use windlass_model::call::{CallError, ErrorKind};
use windlass_workdir::{AttemptDir, Dir, Stat};

use crate::checkout::{MODE_SUBMODULE, check_path, index_entry, write_content};
use crate::committer::{Committer, NewCommit};
use crate::error::{failed, file_failed};
use crate::sparse::Sparse;
use crate::stage::Staging;

/// Puts the commits of `ours` that `theirs` does not have on top of `theirs`; the new head. Commits that change nothing
/// any more are left out, as Git does.
pub(crate) fn rebase(
    repository: &Repository,
    ours: Oid,
    theirs: Oid,
    committer: Committer<'_>,
) -> Result<Oid, CallError> {
    let git = |e: git2::Error| failed("the rebase", &e);
    check_paths(repository, ours, theirs)?;
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
        let new = NewCommit {
            author: Some(&commit.author()),
            message: commit.message().map_err(git)?,
            tree: &tree,
            parents: &[&onto],
        };
        head = committer.commit(repository, &new).map_err(git)?;
    }
    Ok(head)
}

/// Checks the paths that `theirs` has and `ours` has not, or otherwise.
pub(crate) fn check_paths(repository: &Repository, ours: Oid, theirs: Oid) -> Result<(), CallError> {
    let compare = || {
        let (ours, theirs) = (repository.find_commit(ours)?.tree()?, repository.find_commit(theirs)?.tree()?);
        repository.diff_tree_to_tree(Some(&ours), Some(&theirs), None)
    };
    let difference = compare().map_err(|e| failed("the rebase", &e))?;
    difference.deltas().filter_map(|delta| delta.new_file().path()).try_for_each(check_path)
}

fn conflict(index: &git2::Index) -> CallError {
    CallError::new(
        ErrorKind::Conflict,
        "git-conflict",
        format!("the remote has changed the same lines meanwhile, in {}", conflicting(index)),
    )
}

/// The files in which both changed the same.
pub(crate) fn conflicting(index: &git2::Index) -> String {
    let paths: Vec<String> = index
        .conflicts()
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|c| c.our.or(c.their).or(c.ancestor))
        .map(|entry| String::from_utf8_lossy(&entry.path).into_owned())
        .collect();
    paths.join(", ")
}

/// What a move does to one path.
struct Step {
    path: PathBuf,
    /// The object and mode that it gets; none: it goes.
    new: Option<(Oid, i32)>,
}

/// Brings the files and the index of a worktree from its head to `new`, path by path that differs. Fails before it touches
/// anything if that would overwrite what has not been committed.
pub(crate) fn move_worktree(
    dir: &AttemptDir,
    staging: &mut Staging<'_>,
    new: Oid,
    uncommitted: &[Change],
) -> Result<(), CallError> {
    let steps = steps(staging, new)?;
    for step in &steps {
        let clashes = |change: &&Change| {
            step.path.starts_with(&change.path) || Path::new(&change.path).starts_with(&step.path)
        };
        if let Some(change) = uncommitted.iter().find(clashes) {
            return Err(CallError::new(
                ErrorKind::Conflict,
                "git-uncommitted-changes",
                format!(
                    "the remote has changed {} meanwhile, and the change to {} here is not committed; commit or remove it first",
                    step.path.display(),
                    change.path
                ),
            ));
        }
    }
    let sparse = Sparse::new(&staging.found.state.sparse);
    let root = staging.root()?;
    // What goes makes room where a file takes the place of a directory, or the other way round.
    for path in steps.iter().filter(|step| step.new.is_none()).map(|step| &step.path) {
        staging.index.remove(path, 0).map_err(|e| failed("the index", &e))?;
        if sparse.has_file(path) {
            remove_with_parents(dir, &root, path)?;
        }
    }
    for Step { path, new } in &steps {
        let Some((id, mode)) = *new else { continue };
        let stat = match sparse.has_file(path) {
            true => write(dir, staging, &root, path, id, mode)?,
            false => None,
        };
        staging
            .index
            .add(&index_entry(path, id, mode, stat.as_ref()))
            .map_err(|e| failed("the index", &e))?;
    }
    Ok(())
}

fn steps(staging: &Staging<'_>, new: Oid) -> Result<Vec<Step>, CallError> {
    let repository = &staging.repository;
    let old = staging.head_tree()?;
    let read = || -> Result<Vec<Step>, git2::Error> {
        let (old, new) = (repository.find_tree(old)?, repository.find_commit(new)?.tree()?);
        let diff = repository.diff_tree_to_tree(Some(&old), Some(&new), None)?;
        let step = |delta: git2::DiffDelta<'_>| {
            let path = delta.new_file().path().or(delta.old_file().path())?.to_owned();
            let mode = i32::try_from(u32::from(delta.new_file().mode())).unwrap_or(0);
            Some(Step {
                path,
                new: (delta.status() != Delta::Deleted).then(|| (delta.new_file().id(), mode)),
            })
        };
        Ok(diff.deltas().filter_map(step).collect())
    };
    read().map_err(|e| failed("the worktree", &e))
}

/// Removes a file, and the directories that are empty then.
fn remove_with_parents(dir: &AttemptDir, root: &Dir, path: &Path) -> Result<(), CallError> {
    let parent = path.parent().unwrap_or(Path::new(""));
    let Ok(there) = dir.work.open_dir_no_links(&root.path().join(parent)) else { return Ok(()) };
    let name = Path::new(path.file_name().unwrap_or_default());
    // A directory is there if it was a submodule, whose files are another repository's.
    match dir.work.remove_file(&there, name) {
        Err(error) if !error.is_not_found() && error.errno() != Some(Errno::ISDIR.raw_os_error()) => {
            return Err(file_failed(path, &error));
        }
        _ => {}
    }
    for parent in path.ancestors().skip(1).filter(|parent| !parent.as_os_str().is_empty()) {
        if dir.work.remove_dir(root, parent).is_err() {
            // It has other files.
            break;
        }
    }
    Ok(())
}

/// Writes a file or link in the place of what is there: the old one, or what is ignored.
fn write(
    dir: &AttemptDir,
    staging: &Staging<'_>,
    root: &Dir,
    path: &Path,
    id: Oid,
    mode: i32,
) -> Result<Option<Stat>, CallError> {
    let wrong = |e| file_failed(path, &e);
    if mode == MODE_SUBMODULE {
        return dir.work.make_dirs_no_links(&root.path().join(path)).map(|_| None).map_err(wrong);
    }
    let parent = path.parent().unwrap_or(Path::new(""));
    let there = dir.work.make_dirs_no_links(&root.path().join(parent)).map_err(wrong)?;
    dir.work.remove_all(&there, Path::new(path.file_name().unwrap_or_default())).map_err(wrong)?;
    write_content(&staging.repository, id, mode, &dir.work, &there, path).map(Some)
}
