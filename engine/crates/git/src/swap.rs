//! The compare-and-swap of a ref of a remote, with the objects that its new value needs. That it was refused is told by
//! the ref, never by the words of the server.

use std::cell::RefCell;
use std::path::Path;

use git2::{Direction, PushOptions, Repository};
use windlass_model::call::git::{RefUpdated, UpdateRef};
use windlass_model::call::{CallError, ErrorKind};
use windlass_model::digest::CommitId;

use crate::error::{MOST_SAID, failed, in_its_words};
use crate::mirror::Wire;
use crate::remote::Remote;
use crate::repository::{self, peeled};
use crate::stage::{commit_id, oid};

/// What a ref of a remote points to now.
pub(crate) fn read_ref(wire: &Wire, remote: &Remote, reference: &str) -> Result<Option<CommitId>, CallError> {
    wire.advertised(remote)?.find(reference).map(commit_id).transpose()
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
        Remote::Http { .. } | Remote::Ssh { .. } => update_over_network(wire, remote, &repository, update)?,
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

fn update_over_network(
    wire: &Wire,
    remote: &Remote,
    repository: &Repository,
    update: &UpdateRef,
) -> Result<(), CallError> {
    let mut origin = repository.remote_anonymous(&remote.address()).map_err(|e| failed("git", &e))?;
    let refusal: RefCell<Option<String>> = RefCell::new(None);
    let said: RefCell<Vec<u8>> = RefCell::default();
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
        callbacks.sideband_progress(|words| {
            let mut said = said.borrow_mut();
            let room = MOST_SAID.saturating_sub(said.len());
            said.extend_from_slice(&words[..words.len().min(room)]);
            true
        });
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
                "the server refuses to change {}: {}{}",
                update.reference,
                refusal.unwrap_or_else(|| "it does not say why".to_owned()),
                in_its_words(&said.into_inner())
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
