//! `git.clone`: fetching a repository and making worktrees of it.

use std::path::Path;

use git2::{Oid, Repository};
use windlass_model::call::git::{Checkout, Clone as CloneCall, Identity, Rev, UpdateRef};
use windlass_model::call::{CallError, WorkPath};
use windlass_model::digest::CommitId;
use windlass_model::grant::without_user_info;
use windlass_model::manifest::secret::SecretValue;
use windlass_model::time::Timestamp;
use windlass_ports::sessions::Seal;
use windlass_workdir::{AttemptDir, Dir, Tree};

use crate::checkout::{MARKER, Written, index_of, make_root, write_tree};
use crate::committer::{Committer, NewCommit};
use crate::error::{failed, file_failed};
use crate::mirror::{Advertised, Mirror, Wire};
use crate::remote::Remote;
use crate::repository;
use crate::signing::{SigningKey, sealed};
use crate::sparse::Sparse;
use crate::stage::{commit_id, oid};
use crate::state::{WorktreeState, Worktrees, index_time, save_index};
use crate::submodule::{self, Outer};

/// The message of the commit with which an empty branch begins, as Kargo writes it.
const FIRST_MESSAGE: &str = "Initial commit\n";

/// Everything a clone needs on its thread.
pub(crate) struct CloneJob<'a> {
    pub(crate) wire: &'a Wire,
    pub(crate) remote: &'a Remote,
    pub(crate) mirrors: &'a Path,
    pub(crate) dir: &'a AttemptDir,
    pub(crate) args: &'a CloneCall,
    pub(crate) identity: &'a Identity,
    pub(crate) started_at: Timestamp,
    /// What commits are signed with in these worktrees.
    pub(crate) signing_key: Option<&'a SecretValue>,
    /// Keeps the key out of what is stored.
    pub(crate) seal: &'a dyn Seal,
    /// Directories beneath which `file://` repositories are allowed, for submodules.
    pub(crate) local: &'a [String],
    /// Which submodules may be read.
    pub(crate) permission: &'a dyn windlass_ports::git::ReadPermission,
}

/// One worktree to make.
#[derive(Debug, Clone)]
pub(crate) struct Planned {
    pub(crate) checkout: Checkout,
    pub(crate) commit: CommitId,
    branch: Option<String>,
    upstream: Option<CommitId>,
    /// The branch must be made on the remote first.
    pub(crate) creates: Option<UpdateRef>,
}

impl CloneJob<'_> {
    /// Fetches what is needed and finds out what each checkout is. Branches to be made get their first commit here, and
    /// on the remote by the caller.
    pub(crate) fn plan(&self) -> Result<Vec<Planned>, CallError> {
        let key = self.signing_key.map(|key| SigningKey::read(key.expose(), self.started_at)).transpose()?;
        let mirror = Mirror::of(self.mirrors, &self.wire.network.tenant, self.remote);
        let checkouts = &self.args.checkouts;
        let advertised = mirror.fetch(self.wire, self.remote, |advertised| {
            checkouts.iter().filter_map(|checkout| wanted(checkout, advertised)).collect()
        })?;
        let repository = repository::open_or_make(self.dir.base(), &self.args.url, &mirror.path)?;
        let committer = Committer {
            identity: self.args.options.author.as_ref().unwrap_or(self.identity),
            at: self.started_at,
            key: key.as_ref(),
        };
        let plan = |checkout| self.plan_one(&repository, checkout, &advertised, committer);
        checkouts.iter().map(plan).collect()
    }

    fn plan_one(
        &self,
        repository: &Repository,
        checkout: &Checkout,
        advertised: &Advertised,
        committer: Committer<'_>,
    ) -> Result<Planned, CallError> {
        let missing = |what: String| {
            CallError::not_found(
                "git-revision-not-found",
                format!("error adding work tree {}: the repository has no {what}", checkout.path),
            )
        };
        let plan = |commit, branch: Option<String>, upstream| Planned {
            checkout: checkout.clone(),
            commit,
            branch,
            upstream,
            creates: None,
        };
        match &checkout.rev {
            Rev::Commit(id) => {
                let found = repository.find_commit(oid(id)?);
                found.map(|_| plan(*id, None, None)).map_err(|_| missing(format!("commit {id}")))
            }
            Rev::Tag(name) => {
                let found = advertised
                    .find(&format!("refs/tags/{name}"))
                    .ok_or_else(|| missing(format!("tag {name:?}")))?;
                let commit = repository::peeled(repository, found).map_err(|e| failed("a tag", &e))?;
                Ok(plan(commit_id(commit)?, None, None))
            }
            Rev::DefaultBranch => {
                let full = advertised
                    .default_branch
                    .as_deref()
                    .ok_or_else(|| missing("default branch".to_owned()))?;
                let found = advertised.find(full).ok_or_else(|| missing(format!("branch {full:?}")))?;
                let name = full.strip_prefix("refs/heads/").unwrap_or(full);
                Ok(plan(commit_id(found)?, Some(name.to_owned()), Some(commit_id(found)?)))
            }
            Rev::Branch(name) => match advertised.find(&format!("refs/heads/{name}")) {
                Some(found) => Ok(plan(commit_id(found)?, Some(name.clone()), Some(commit_id(found)?))),
                None if checkout.create => self.plan_first_commit(repository, checkout, name, committer),
                None => Err(missing(format!("branch {name:?}; with create: true it is made"))),
            },
        }
    }

    /// The first commit of a branch that does not exist: without parents and files, dated at the attempt's start, so
    /// that it is the same commit however often it is made.
    fn plan_first_commit(
        &self,
        repository: &Repository,
        checkout: &Checkout,
        name: &str,
        committer: Committer<'_>,
    ) -> Result<Planned, CallError> {
        let reference = format!("refs/heads/{name}");
        if !git2::Reference::is_valid_name(&reference) {
            return Err(CallError::invalid("git-invalid-name", format!("{name:?} is no name for a branch")));
        }
        let make = || -> Result<Oid, git2::Error> {
            let empty = repository.treebuilder(None)?.write()?;
            let tree = &repository.find_tree(empty)?;
            let new = NewCommit { author: None, message: FIRST_MESSAGE, tree, parents: &[] };
            committer.commit(repository, &new)
        };
        let commit = commit_id(make().map_err(|e| failed("the first commit", &e))?)?;
        let insecure = self.args.options.insecure_skip_tls_verify;
        Ok(Planned {
            checkout: checkout.clone(),
            commit,
            branch: Some(name.to_owned()),
            upstream: Some(commit),
            creates: Some(UpdateRef {
                url: self.args.url.clone(),
                reference,
                old: None,
                new: commit,
                insecure_skip_tls_verify: insecure,
            }),
        })
    }

    /// Writes the files of every worktree.
    pub(crate) fn check_out(&self, planned: &[Planned]) -> Result<(), CallError> {
        let repository = repository::open(self.dir.base(), &self.args.url)?;
        for plan in planned {
            if self.args.options.scratch {
                self.write_files(&repository, plan, &self.dir.scratch)?;
            } else {
                self.check_out_worktree(&repository, plan)?;
            }
        }
        Ok(())
    }

    fn check_out_worktree(&self, repository: &Repository, plan: &Planned) -> Result<(), CallError> {
        let path = &plan.checkout.path;
        if path.is_root() {
            return Err(CallError::invalid(
                "git-path-exists",
                format!(
                    "error adding work tree {path}: the work directory itself cannot be one; name a directory in it"
                ),
            ));
        }
        let (root, written) = self.write_files(repository, plan, &self.dir.work)?;
        self.dir
            .work
            .write_whole(&root, Path::new(".git"), MARKER.as_bytes(), 0o644)
            .map_err(|e| file_failed(&root.path().join(".git"), &e))?;
        self.register(path, plan, &written)
    }

    /// Writes the files of a checkout, with those of its submodules if they are wanted.
    fn write_files(
        &self,
        repository: &Repository,
        plan: &Planned,
        files: &Tree,
    ) -> Result<(Dir, Written), CallError> {
        let root = make_root(files, &plan.checkout.path)?;
        let sparse = Sparse::new(&plan.checkout.sparse);
        let tree = tree_of(repository, &plan.commit)?;
        let stop = || self.wire.network.cancel.is_cancelled();
        let written = write_tree(repository, tree, files, &root, &sparse, &stop)?;
        if self.args.options.recurse_submodules {
            let url = without_user_info(&self.args.url);
            let outer = Outer { url, repository, tree, root: &root, submodules: &written.submodules };
            submodule::check_out(self, files, &outer, 0)?;
        }
        Ok((root, written))
    }

    fn register(&self, path: &WorkPath, plan: &Planned, written: &Written) -> Result<(), CallError> {
        let mut all = Worktrees::load(self.dir)?;
        let number = all.next_index();
        save_index(self.dir, number, &index_of(&written.entries)?)?;
        all.by_path.insert(
            path.clone(),
            WorktreeState {
                url: self.args.url.clone(),
                insecure: self.args.options.insecure_skip_tls_verify,
                commit: plan.commit,
                branch: plan.branch.clone(),
                upstream: plan.upstream,
                author: self.args.options.author.clone(),
                signing_key: self.signing_key.map(|key| sealed(key, self.seal)),
                sparse: plan.checkout.sparse.clone(),
                index: number,
                compared_ns: index_time(self.dir, number)?,
                tags: std::collections::BTreeMap::new(),
            },
        );
        all.save(self.dir)
    }
}

/// What must be fetched for a checkout.
fn wanted(checkout: &Checkout, advertised: &Advertised) -> Option<Oid> {
    match &checkout.rev {
        Rev::Commit(id) => oid(id).ok(),
        Rev::Tag(name) => advertised.find(&format!("refs/tags/{name}")),
        Rev::Branch(name) => advertised.find(&format!("refs/heads/{name}")),
        Rev::DefaultBranch => advertised.find(advertised.default_branch.as_deref()?),
    }
}

/// The tree of a commit.
pub(crate) fn tree_of(repository: &Repository, commit: &CommitId) -> Result<Oid, CallError> {
    repository.find_commit(oid(commit)?).map(|commit| commit.tree_id()).map_err(|e| failed("a commit", &e))
}
