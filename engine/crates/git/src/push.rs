//! `git.worktree.push`, and the compare-and-swap of a ref that carries it out.
//!
//! A push first assumes that the remote is as it was last seen. If the swap finds it changed, what is new there is
//! fetched and our commits are put on top, and so on, a bounded number of times. That a push was rejected is told by the
//! ref, never by the words of the server.

use std::cell::RefCell;
use std::path::Path;

use git2::{Direction, Oid, PushOptions, Repository};
use windlass_model::call::git::{Identity, Push, Pushed, RefUpdated, Target, UpdateRef};
use windlass_model::call::{CallError, ErrorKind, WorkPath};
use windlass_model::digest::CommitId;
use windlass_model::grant::without_user_info;
use windlass_model::time::Timestamp;
use windlass_workdir::AttemptDir;

use crate::error::failed;
use crate::integrate::{move_worktree, rebase};
use crate::mirror::{Mirror, Wire};
use crate::remote::Remote;
use crate::repository;
use crate::stage::{Staging, commit_id, oid};
use crate::state::{WorktreeState, Worktrees};

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
        if let Target::Tag(name) = &self.args.to {
            return self.next_tag(&state, name, seen);
        }
        let branch = self.branch(&state)?;
        let reference = format!("refs/heads/{branch}");
        if !git2::Reference::is_valid_name(&reference) {
            return Err(CallError::invalid(
                "git-invalid-name",
                format!("{branch:?} is no name for a branch"),
            ));
        }
        let same_branch = state.branch.as_deref() == Some(branch);
        let old = match seen {
            Seen::AtClone if same_branch => state.upstream,
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
            return Ok(NextPush::Done(self.pushed(&state.url, reference, head)));
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
            CallError::not_found(
                "git-tag-not-found",
                format!("error pushing commits to remote: there is no tag {name:?}"),
            )
        })?;
        let old = match seen {
            Seen::AtClone => self.read(&state.url, &reference)?,
            Seen::Now(old) => old,
        };
        if old == Some(new) {
            return Ok(NextPush::Done(self.pushed(&state.url, reference, new)));
        }
        if old.is_some() {
            return Err(CallError::new(
                ErrorKind::Conflict,
                "git-tag-exists",
                format!("error pushing commits to remote: it has another tag {name:?}"),
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

    fn branch<'s>(&'s self, state: &'s WorktreeState) -> Result<&'s str, CallError> {
        match &self.args.to {
            Target::Branch(name) => Ok(name),
            Target::Current => state.branch.as_deref().ok_or_else(|| {
                CallError::invalid(
                    "git-detached-head",
                    format!("error pushing commits to remote: the worktree {} is on no branch; name a target branch", self.args.path),
                )
            }),
            Target::Tag(name) => Ok(name),
        }
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
        let author = state.author.as_ref().unwrap_or(self.identity);
        let head = rebase(&repository, ours, theirs, author, self.started_at).map_err(|mut error| {
            error.message = format!("error pushing commits to remote: {}", error.message);
            error
        })?;
        self.move_to(head)?;
        commit_id(head)
    }

    fn move_to(&self, head: Oid) -> Result<(), CallError> {
        let stop = || self.wire.network.cancel.is_cancelled();
        let mut staging = Staging::open(self.dir, &self.args.path, &stop)?;
        move_worktree(self.dir, &mut staging, head)?;
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
        Ok(self.pushed(&update.url, update.reference.clone(), update.new))
    }

    fn pushed(&self, url: &str, reference: String, commit: CommitId) -> Pushed {
        Pushed { reference, commit, url: commit_page(url, &commit) }
    }
}

/// The page of a commit on the forges that are known by their host name.
fn commit_page(url: &str, commit: &CommitId) -> Option<String> {
    let url = windlass_model::freight::address::normalize_git(url);
    let parsed = url::Url::parse(&url).ok()?;
    let host = parsed.host_str()?;
    let path = match host {
        "github.com" => "commit",
        "gitlab.com" => "-/commit",
        "bitbucket.org" => "commits",
        _ => return None,
    };
    Some(format!("{}/{path}/{commit}", url.trim_end_matches('/')))
}

/// What a ref of a remote points to now.
pub(crate) fn read_ref(wire: &Wire, remote: &Remote, reference: &str) -> Result<Option<CommitId>, CallError> {
    wire.advertised(remote)?.find(reference).map(commit_id).transpose()
}

/// The URL of the worktree's repository, and whether its certificate is checked.
pub(crate) fn origin(dir: &AttemptDir, path: &WorkPath) -> Result<(String, bool), CallError> {
    let state = Worktrees::load(dir)?.find(path)?.state;
    Ok((state.url, state.insecure))
}

/// Swaps a ref: it must be `old` and becomes `new`. Sends the objects that the remote lacks.
pub(crate) fn update_ref(
    wire: &Wire,
    remote: &Remote,
    promotion: &Path,
    update: &UpdateRef,
) -> Result<RefUpdated, CallError> {
    let repository = repository::open(promotion, &update.url)?;
    match remote {
        Remote::Http { .. } => update_over_http(wire, remote, &repository, update)?,
        Remote::Local { path } => update_local(path, &repository, update)?,
    }
    Ok(RefUpdated { commit: update.new })
}

fn moved(update: &UpdateRef, now: Option<CommitId>) -> CallError {
    let text = |id: Option<CommitId>| id.map_or("absent".to_owned(), |id| format!("at {}", id.short()));
    CallError::new(
        ErrorKind::Conflict,
        "git-ref-moved",
        format!("{} is {} and no longer {}", update.reference, text(now), text(update.old)),
    )
    .with("current", serde_json::json!(now))
}

fn update_over_http(
    wire: &Wire,
    remote: &Remote,
    repository: &Repository,
    update: &UpdateRef,
) -> Result<(), CallError> {
    let mut origin = repository.remote_anonymous(&remote.address()).map_err(|e| failed("git", &e))?;
    let refusal: RefCell<Option<String>> = RefCell::new(None);
    let found: RefCell<Option<Option<CommitId>>> = RefCell::new(None);
    let sent = wire.transfer(remote, || {
        let mut connection = origin.connect_auth(Direction::Push, Some(wire.callbacks()), None)?;
        let now =
            connection.list()?.iter().find(|head| head.name() == update.reference).map(|head| head.oid());
        let now = now.map(commit_id).transpose().map_err(|e| git2::Error::from_str(&e.message))?;
        if now != update.old {
            *found.borrow_mut() = Some(now);
            return Ok(());
        }
        let mut callbacks = wire.callbacks();
        callbacks.push_update_reference(|_, status| {
            *refusal.borrow_mut() = status.map(ToOwned::to_owned);
            Ok(())
        });
        let mut options = PushOptions::new();
        options.remote_callbacks(callbacks);
        // Whether the new value follows from the old one has been decided before; the swap is what guards it.
        let refspec = format!("+{}:{}", update.new, update.reference);
        connection.remote().push(&[refspec.as_str()], Some(&mut options))
    });
    if let Some(now) = found.into_inner() {
        return if now == Some(update.new) { Ok(()) } else { Err(moved(update, now)) };
    }
    let refusal = refusal.into_inner();
    if sent.is_ok() && refusal.is_none() {
        return Ok(());
    }
    // The server, or the way to it, said no. The ref tells what really is.
    let now = read_ref(wire, remote, &update.reference);
    match (now, sent) {
        (Ok(now), _) if now == Some(update.new) => Ok(()),
        (Ok(now), _) if now != update.old => Err(moved(update, now)),
        (_, Err(error)) => Err(error),
        (_, Ok(())) => Err(CallError::denied(
            "git-push-refused",
            format!(
                "the server refuses to change {}: {}",
                update.reference,
                refusal.unwrap_or_else(|| "it does not say why".to_owned())
            ),
        )),
    }
}

/// A repository on this host: its objects are copied and its ref is swapped under its own lock.
fn update_local(path: &Path, repository: &Repository, update: &UpdateRef) -> Result<(), CallError> {
    let git = |e: git2::Error| failed("the local repository", &e);
    let target = Repository::open(path).map_err(git)?;
    let now = match target.refname_to_id(&update.reference) {
        Ok(oid) => Some(commit_id(oid)?),
        Err(error) if error.code() == git2::ErrorCode::NotFound => None,
        Err(error) => return Err(git(error)),
    };
    if now != update.old {
        return if now == Some(update.new) { Ok(()) } else { Err(moved(update, now)) };
    }
    let new = oid(&update.new)?;
    let mut builder = repository.packbuilder().map_err(git)?;
    let mut walk = repository.revwalk().map_err(git)?;
    walk.push(peeled(repository, new).map_err(git)?).map_err(git)?;
    for known in target.references().map_err(git)?.flatten().filter_map(|r| r.target()) {
        // What the target has and we do not know of needs no hiding.
        let _ = walk.hide(known);
    }
    builder.insert_walk(&mut walk).map_err(git)?;
    if repository.find_tag(new).is_ok() {
        builder.insert_object(new, None).map_err(git)?;
    }
    let mut pack = git2::Buf::new();
    builder.write_buf(&mut pack).map_err(git)?;
    let odb = target.odb().map_err(git)?;
    let mut writer = odb.packwriter().map_err(git)?;
    std::io::Write::write_all(&mut writer, &pack).map_err(|e| CallError::internal(e.to_string()))?;
    writer.commit().map_err(git)?;
    let swapped = match update.old {
        None => target.reference(&update.reference, new, false, "push"),
        Some(old) => target.reference_matching(&update.reference, new, true, oid(&old)?, "push"),
    };
    match swapped {
        Ok(_) => Ok(()),
        Err(error) if matches!(error.code(), git2::ErrorCode::Modified | git2::ErrorCode::Exists) => {
            let now = target.refname_to_id(&update.reference).ok().map(commit_id).transpose()?;
            Err(moved(update, now))
        }
        Err(error) => Err(git(error)),
    }
}

/// The commit behind a tag, or the commit itself.
fn peeled(repository: &Repository, oid: Oid) -> Result<Oid, git2::Error> {
    Ok(repository.find_object(oid, None)?.peel_to_commit()?.id())
}
