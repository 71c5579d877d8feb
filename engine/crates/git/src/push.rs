//! `git.worktree.push`: finding out what to send.
//!
//! A push first assumes that the remote is as it was last seen. If the swap of the ref finds it changed, what is new there
//! is fetched and our commits are put on top, and so on, a bounded number of times.

use std::path::Path;

use git2::Oid;
use windlass_model::call::git::{Identity, Push, Pushed, Target, UpdateRef};
use windlass_model::call::{CallError, ErrorKind};
use windlass_model::digest::CommitId;
use windlass_model::grant::without_user_info;
use windlass_model::time::Timestamp;
use windlass_ports::sessions::Seal;
use windlass_workdir::AttemptDir;

use crate::commit;
use crate::commit_page::commit_page;
use crate::committer::Committer;
use crate::error::failed;
use crate::integrate::{move_worktree, rebase};
use crate::merge::Merge;
use crate::mirror::{Mirror, Wire};
use crate::policy::{IntegrationPolicy, Way};
use crate::remote::Remote;
use crate::repository::{self, peeled};
use crate::signing::SigningKey;
use crate::stage::{Staging, commit_id, oid};
use crate::state::{WorktreeState, Worktrees};
use crate::swap::read_ref;

/// What to do next for a push.
pub(crate) enum NextPush {
    /// The remote has it already.
    Done(Pushed),
    /// Swap this ref, then come back.
    Swap(Box<UpdateRef>),
}

/// Everything a push needs on its thread.
pub(crate) struct PushJob<'a> {
    pub(crate) wire: &'a Wire,
    pub(crate) remote: &'a Remote,
    pub(crate) mirrors: &'a Path,
    pub(crate) dir: &'a AttemptDir,
    pub(crate) args: &'a Push,
    pub(crate) identity: &'a Identity,
    pub(crate) started_at: Timestamp,
    pub(crate) policy: IntegrationPolicy,
    /// Opens the key of the worktree.
    pub(crate) seal: &'a dyn Seal,
}

/// What the remote's ref was last seen to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seen {
    /// By the clone, which may be a while ago.
    AtClone,
    /// Just now; `None`: it does not exist.
    Now(Option<CommitId>),
}

impl PushJob<'_> {
    /// Finds out what to send, given what the remote was last seen to have.
    pub(crate) fn next(&self, seen: Seen) -> Result<NextPush, CallError> {
        let state = Worktrees::load(self.dir)?.find(&self.args.path)?.state;
        let branch = match &self.args.to {
            Target::Tag(name) => return self.next_tag(&state, name, seen),
            Target::Branch(name) => name,
            Target::Current => current_branch(&state, self.args)?,
        };
        let reference = format!("refs/heads/{branch}");
        let same_branch = state.branch.as_deref() == Some(branch);
        let old = match seen {
            // Where there is something to push, the swap tells whether the remote has moved.
            Seen::AtClone if same_branch && state.upstream != Some(state.commit) => state.upstream,
            Seen::AtClone => self.read(&state.url, &reference)?,
            Seen::Now(old) => old,
        };
        if old.is_none() && state.branch.is_none() {
            // Git cannot know whether a name without prefix is to be a branch or a tag if it pushes a detached head.
            return Err(CallError::invalid(
                "git-detached-head",
                format!(
                    "error pushing commits to remote: {branch:?} does not exist there, and the worktree is on no branch"
                ),
            ));
        }
        let head = match old {
            Some(old) => self.integrate(&state, &reference, old)?,
            None => state.commit,
        };
        if old == Some(head) {
            return Ok(NextPush::Done(self.pushed(&state.url, reference, head)?));
        }
        Ok(NextPush::Swap(Box::new(UpdateRef {
            url: state.url.clone(),
            reference,
            old,
            new: head,
            insecure_skip_tls_verify: state.insecure,
        })))
    }

    fn next_tag(&self, state: &WorktreeState, name: &str, seen: Seen) -> Result<NextPush, CallError> {
        let reference = format!("refs/tags/{name}");
        let new = *state.tags.get(name).ok_or_else(|| {
            CallError::not_found("git-tag-not-found", format!("error pushing tag: there is no tag {name:?}"))
        })?;
        let old = match seen {
            Seen::AtClone => self.read(&state.url, &reference)?,
            Seen::Now(old) => old,
        };
        if old == Some(new) {
            return Ok(NextPush::Done(self.pushed(&state.url, reference, new)?));
        }
        if old.is_some() {
            return Err(CallError::new(
                ErrorKind::Conflict,
                "git-tag-exists",
                format!("error pushing tag: the repository has another {name:?}"),
            ));
        }
        Ok(NextPush::Swap(Box::new(UpdateRef {
            url: state.url.clone(),
            reference,
            old,
            new,
            insecure_skip_tls_verify: state.insecure,
        })))
    }

    fn read(&self, url: &str, reference: &str) -> Result<Option<CommitId>, CallError> {
        read_ref(self.wire, self.remote, reference).map_err(|mut error| {
            error.message = format!("error reading {}: {}", without_user_info(url), error.message);
            error
        })
    }

    /// The head to push over `old`: ours if it follows from it or is forced, else ours put on top.
    fn integrate(
        &self,
        state: &WorktreeState,
        reference: &str,
        old: CommitId,
    ) -> Result<CommitId, CallError> {
        let git = |e: git2::Error| failed("the history", &e);
        let (ours, theirs) = (oid(&state.commit)?, oid(&old)?);
        if ours == theirs || self.args.options.force {
            return Ok(state.commit);
        }
        let repository = repository::open(self.dir.base(), &state.url)?;
        if repository.find_commit(theirs).is_err() {
            Mirror::of(self.mirrors, &self.wire.network.tenant, self.remote).fetch(
                self.wire,
                self.remote,
                |_| vec![theirs],
            )?;
            let found =
                repository.odb().and_then(|odb| odb.refresh()).map(|()| repository.find_commit(theirs));
            found.map_err(git)?.map_err(|_| {
                CallError::unavailable(
                    "git-unavailable",
                    format!("{reference} moves faster than it can be fetched"),
                )
            })?;
        }
        if repository.graph_descendant_of(ours, theirs).map_err(git)? {
            return Ok(state.commit);
        }
        let head = self.combine(&repository, state, reference, (ours, theirs)).map_err(|mut error| {
            error.message = format!("error pushing commits to remote: {}", error.message);
            error
        })?;
        self.move_to(head)?;
        commit_id(head)
    }

    /// Our commits together with theirs, by the operator's policy; the new head.
    fn combine(
        &self,
        repository: &git2::Repository,
        state: &WorktreeState,
        reference: &str,
        (ours, theirs): (Oid, Oid),
    ) -> Result<Oid, CallError> {
        let key = SigningKey::of(state, self.seal, self.started_at)?;
        let committer = Committer {
            identity: state.author.as_ref().unwrap_or(self.identity),
            at: self.started_at,
            key: key.as_ref(),
        };
        match self.policy.way(repository, ours, theirs, key.as_ref())? {
            Way::Rebase => rebase(repository, ours, theirs, committer),
            Way::Merge => Merge {
                url: &state.url,
                branch: reference.strip_prefix("refs/heads/").unwrap_or(reference),
                into: state.branch.as_deref(),
                committer,
            }
            .run(repository, ours, theirs),
        }
    }

    fn move_to(&self, head: Oid) -> Result<(), CallError> {
        let stop = || self.wire.network.cancel.is_cancelled();
        let root = Worktrees::load(self.dir)?.find(&self.args.path)?.root;
        let uncommitted = commit::diff(self.dir, &root, &stop)?.files;
        let mut staging = Staging::open(self.dir, &root, &stop)?;
        move_worktree(self.dir, &mut staging, head, &uncommitted)?;
        staging.found.state.commit = commit_id(head)?;
        staging.save()
    }

    /// The ref has been swapped: remembers it.
    pub(crate) fn finish(&self, update: &UpdateRef) -> Result<Pushed, CallError> {
        let mut all = Worktrees::load(self.dir)?;
        let found = all.find(&self.args.path)?;
        if let Some(state) = all.by_path.get_mut(&found.root)
            && state.branch.as_deref() == update.reference.strip_prefix("refs/heads/")
        {
            state.upstream = Some(update.new);
            all.save(self.dir)?;
        }
        self.pushed(&update.url, update.reference.clone(), update.new)
    }

    /// What the push came to: of a tag, the commit that it is on.
    fn pushed(&self, url: &str, reference: String, id: CommitId) -> Result<Pushed, CallError> {
        let commit = if reference.starts_with("refs/tags/") {
            let repository = repository::open(self.dir.base(), url)?;
            commit_id(peeled(&repository, oid(&id)?).map_err(|e| failed("a tag", &e))?)?
        } else {
            id
        };
        Ok(Pushed { url: commit_page(url, self.args.options.provider, &commit), reference, commit })
    }
}

/// Where a push goes.
pub(crate) struct Destination {
    pub(crate) url: String,
    /// The certificate of the server is not checked.
    pub(crate) insecure: bool,
    /// The full name of the ref.
    pub(crate) reference: String,
}

impl Destination {
    /// The destination of a push from a worktree.
    pub(crate) fn of(dir: &AttemptDir, args: &Push) -> Result<Self, CallError> {
        let state = Worktrees::load(dir)?.find(&args.path)?.state;
        let reference = match &args.to {
            Target::Tag(name) => format!("refs/tags/{name}"),
            Target::Branch(name) => format!("refs/heads/{name}"),
            Target::Current => format!("refs/heads/{}", current_branch(&state, args)?),
        };
        if !git2::Reference::is_valid_name(&reference) {
            let name = reference.splitn(3, '/').last().unwrap_or_default();
            return Err(CallError::invalid(
                "git-invalid-name",
                format!("{name:?} is no name for a branch or tag"),
            ));
        }
        Ok(Self { url: state.url, insecure: state.insecure, reference })
    }
}

fn current_branch<'s>(state: &'s WorktreeState, args: &Push) -> Result<&'s str, CallError> {
    state.branch.as_deref().ok_or_else(|| {
        CallError::invalid(
            "git-detached-head",
            format!(
                "error pushing commits to remote: the worktree {} is on no branch; name a target branch",
                args.path
            ),
        )
    })
}
