//! Merging commits of others with ours, as `git pull --no-rebase` does, in the repository alone.

use git2::{Oid, Repository};
use windlass_model::call::{CallError, ErrorKind};
use windlass_model::grant::without_user_info;

use crate::committer::{Committer, NewCommit};
use crate::error::failed;
use crate::integrate::{check_paths, conflicting};

/// What is merged with what, as the merge commit tells it.
pub(crate) struct Merge<'a> {
    /// The repository that theirs comes from.
    pub(crate) url: &'a str,
    /// Their branch.
    pub(crate) branch: &'a str,
    /// Ours; none if the head is detached.
    pub(crate) into: Option<&'a str>,
    /// Who merges.
    pub(crate) committer: Committer<'a>,
}

impl Merge<'_> {
    /// Merges `theirs` into `ours`; the new head.
    pub(crate) fn run(&self, repository: &Repository, ours: Oid, theirs: Oid) -> Result<Oid, CallError> {
        let git = |e: git2::Error| failed("the merge", &e);
        check_paths(repository, ours, theirs)?;
        if repository.merge_base(ours, theirs).is_err() {
            return Err(CallError::new(
                ErrorKind::Conflict,
                "git-unrelated-histories",
                format!("{} has no commit in common with ours, so the two cannot be merged", self.branch),
            ));
        }
        let (our, their) =
            (repository.find_commit(ours).map_err(git)?, repository.find_commit(theirs).map_err(git)?);
        if repository.graph_descendant_of(theirs, ours).map_err(git)? {
            return Ok(theirs);
        }
        let mut index = repository.merge_commits(&our, &their, None).map_err(git)?;
        if index.has_conflicts() {
            return Err(CallError::new(
                ErrorKind::Conflict,
                "git-merge-conflict",
                format!(
                    "merge conflict: the remote has changed the same lines meanwhile, in {}",
                    conflicting(&index)
                ),
            ));
        }
        let tree =
            index.write_tree_to(repository).and_then(|tree| repository.find_tree(tree)).map_err(git)?;
        let new = NewCommit { author: None, message: &self.message(), tree: &tree, parents: &[&our, &their] };
        self.committer.commit(repository, &new).map_err(git)
    }

    /// What Git writes: the name of our branch is left out where it is `master`.
    fn message(&self) -> String {
        let url = without_user_info(self.url);
        let url = url.trim_end_matches('/');
        let url = url.strip_suffix(".git").unwrap_or(url);
        let into = match self.into {
            Some("master") => String::new(),
            Some(branch) => format!(" into {branch}"),
            None => " into HEAD".to_owned(),
        };
        format!("Merge branch '{}' of {url}{into}\n", self.branch)
    }
}
