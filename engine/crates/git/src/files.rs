//! The files of a commit, as `serve --sync` reads manifests out of a repository without checking it out.

use git2::{ObjectType, Oid, TreeWalkMode, TreeWalkResult};
use windlass_model::call::CallError;
use windlass_ports::git_history::{CommitFile, FileChoice};

use crate::error::failed;
use crate::mirror::{Mirror, Wire};
use crate::remote::Remote;

/// What a symbolic link's mode is in a tree.
const SYMBOLIC_LINK: i32 = 0o120_000;

/// The files of a commit that are chosen, in the order of their paths. Symbolic links and submodules are none.
pub(crate) fn of_commit(
    wire: &Wire,
    mirror: &Mirror,
    remote: &Remote,
    commit: Oid,
    choice: &FileChoice,
) -> Result<Vec<CommitFile>, CallError> {
    mirror.bring(wire, remote, &[commit])?;
    let repository = mirror.open()?;
    let git = |e: git2::Error| failed("the commit's files", &e);
    let tree = repository.find_commit(commit).and_then(|commit| commit.tree()).map_err(git)?;
    let below = choice.below.trim_matches('/');
    let tree = match below {
        "" | "." => tree,
        _ => {
            let entry = tree.get_path(std::path::Path::new(below)).ok();
            let found = entry.and_then(|entry| entry.to_object(&repository).ok()?.into_tree().ok());
            found.ok_or_else(|| {
                let message = format!("the commit {commit} has no directory {below:?}");
                CallError::not_found("git-path-not-found", message)
            })?
        }
    };
    let mut found = Vec::new();
    tree.walk(TreeWalkMode::PreOrder, |parent, entry| {
        let Ok(name) = entry.name() else { return TreeWalkResult::Skip };
        let is_file = entry.kind() == Some(ObjectType::Blob) && entry.filemode() != SYMBOLIC_LINK;
        let extension = name.rsplit_once('.').map(|(_, extension)| extension);
        if is_file && extension.is_some_and(|own| choice.extensions.contains(&own)) {
            found.push((format!("{parent}{name}"), entry.id()));
        }
        TreeWalkResult::Ok
    })
    .map_err(git)?;
    read(&repository, found, choice.most_bytes)
}

fn read(
    repository: &git2::Repository,
    found: Vec<(String, Oid)>,
    most_bytes: usize,
) -> Result<Vec<CommitFile>, CallError> {
    let git = |e: git2::Error| failed("the commit's files", &e);
    let odb = repository.odb().map_err(git)?;
    let mut left = most_bytes;
    let mut files = Vec::with_capacity(found.len());
    for (path, oid) in found {
        let (size, _) = odb.read_header(oid).map_err(git)?;
        left = left.checked_sub(size).ok_or_else(|| {
            let message = format!("the files have more than {} MiB together", most_bytes >> 20);
            CallError::invalid("git-files-too-large", message)
        })?;
        let bytes = odb.read(oid).map_err(git)?.data().to_vec();
        files.push(CommitFile { path, bytes });
    }
    Ok(files)
}
