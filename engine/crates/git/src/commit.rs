//! `git.worktree.commit`, `diff`, `head` and `tag`.

use git2::{Delta, Diff, ObjectType, Oid, message_prettify};
use windlass_model::call::git::{Change, ChangeKind, Changes, Commit, Committed, Head, Identity, Tag};
use windlass_model::call::{CallError, ErrorKind, WorkPath};
use windlass_model::digest::CommitId;
use windlass_model::time::Timestamp;
use windlass_ports::git::GitScope;
use windlass_workdir::AttemptDir;

use crate::committer::{Committer, NewCommit};
use crate::error::failed;
use crate::signing::SigningKey;
use crate::stage::{Staging, commit_id, oid};

/// Commits everything beneath the path.
pub(crate) fn commit(
    scope: &GitScope,
    args: &Commit,
    forbidden: &[String],
    stop: &dyn Fn() -> bool,
) -> Result<Committed, CallError> {
    let mut staging = Staging::open(&scope.dir, &args.path, stop)?;
    staging.add_all()?;
    let (tree, head_tree) = (staging.write_tree()?, staging.head_tree()?);
    if tree == head_tree {
        let committed = Committed { commit: staging.found.state.commit, changed: false };
        staging.save()?;
        return Ok(committed);
    }
    refuse_secrets(&staging, head_tree, tree, forbidden)?;
    let message = message_prettify(args.message.as_str(), None).map_err(|e| failed("the message", &e))?;
    if message.trim().is_empty() {
        return Err(CallError::invalid("git-message-empty", "the commit's message is empty"));
    }
    let state = &staging.found.state;
    let key = match &scope.signing_key {
        Some(key) => Some(SigningKey::read(key.expose(), scope.started_at)?),
        None => SigningKey::of(state, scope.seal.as_ref(), scope.started_at)?,
    };
    let committer = Committer {
        identity: args.options.author.as_ref().or(state.author.as_ref()).unwrap_or(&scope.identity),
        at: scope.started_at,
        key: key.as_ref(),
    };
    let make = || -> Result<Oid, git2::Error> {
        let repository = &staging.repository;
        let parent = Oid::from_bytes(staging.found.state.commit.as_bytes())?;
        let parent = repository.find_commit(parent)?;
        let tree = &repository.find_tree(tree)?;
        committer
            .commit(repository, &NewCommit { author: None, message: &message, tree, parents: &[&parent] })
    };
    let made = commit_id(make().map_err(|e| failed("the commit", &e))?)?;
    staging.found.state.commit = made;
    staging.save()?;
    Ok(Committed { commit: made, changed: true })
}

/// A token in a file about to be committed would be of no use to whoever reads it, and tells that something went wrong.
fn refuse_secrets(staging: &Staging<'_>, old: Oid, new: Oid, forbidden: &[String]) -> Result<(), CallError> {
    if forbidden.is_empty() {
        return Ok(());
    }
    let diff = tree_diff(staging, old, new)?;
    for delta in diff.deltas() {
        let (id, path) = (delta.new_file().id(), delta.new_file().path());
        let Ok(blob) = staging.repository.find_blob(id) else { continue };
        let holds = |token: &String| {
            blob.content().windows(token.len().max(1)).any(|window| window == token.as_bytes())
        };
        if forbidden.iter().any(holds) {
            let path = path.map(|p| p.display().to_string()).unwrap_or_default();
            return Err(CallError::invalid(
                "secret-token-committed",
                format!(
                    "{path} holds the token of a secret: a step wrote what it was given for the secret's value. Let the \
                     step that wrote it ask for the grant secrets.reveal, or keep the secret out of files"
                ),
            ));
        }
    }
    Ok(())
}

fn tree_diff<'r>(staging: &'r Staging<'_>, old: Oid, new: Oid) -> Result<Diff<'r>, CallError> {
    let make = || {
        let (old, new) = (staging.repository.find_tree(old)?, staging.repository.find_tree(new)?);
        staging.repository.diff_tree_to_tree(Some(&old), Some(&new), None)
    };
    make().map_err(|e| failed("the difference", &e))
}

/// What a commit made now would change.
pub(crate) fn diff(dir: &AttemptDir, path: &WorkPath, stop: &dyn Fn() -> bool) -> Result<Changes, CallError> {
    let mut staging = Staging::open(dir, path, stop)?;
    staging.add_all()?;
    let (tree, head_tree) = (staging.write_tree()?, staging.head_tree()?);
    let files = tree_diff(&staging, head_tree, tree)?
        .deltas()
        .filter_map(|delta| {
            let kind = match delta.status() {
                Delta::Added => ChangeKind::Added,
                Delta::Deleted => ChangeKind::Deleted,
                _ => ChangeKind::Modified,
            };
            let path = delta.new_file().path().or(delta.old_file().path())?;
            Some(Change { path: path.display().to_string(), kind })
        })
        .collect();
    // The index is not stored: looking changes nothing.
    Ok(Changes { files })
}

/// What is checked out.
pub(crate) fn head(
    dir: &AttemptDir,
    path: &WorkPath,
    identity: &Identity,
    stop: &dyn Fn() -> bool,
) -> Result<Head, CallError> {
    let dirty = !diff(dir, path, stop)?.files.is_empty();
    let state = crate::state::Worktrees::load(dir)?.find(path)?.state;
    Ok(Head {
        commit: state.commit,
        branch: state.branch,
        url: windlass_model::grant::without_user_info(&state.url),
        author: state.author.unwrap_or_else(|| identity.clone()),
        dirty,
    })
}

/// There is a tag of this name.
pub(crate) fn tag_exists(name: &str) -> CallError {
    CallError::new(
        ErrorKind::AlreadyExists,
        "git-tag-exists",
        format!("tag {name:?} already exists; with force: true the worktree's own is moved"),
    )
}

/// Makes an annotated tag at the head. It is local until it is pushed.
pub(crate) fn tag(
    dir: &AttemptDir,
    args: &Tag,
    identity: &Identity,
    at: Timestamp,
    stop: &dyn Fn() -> bool,
) -> Result<CommitId, CallError> {
    let mut staging = Staging::open(dir, &args.path, stop)?;
    let reference = format!("refs/tags/{}", args.name);
    if !git2::Reference::is_valid_name(&reference) {
        return Err(CallError::invalid(
            "git-invalid-name",
            format!("{:?} is not a valid tag name", args.name),
        ));
    }
    let repository = &staging.repository;
    let there =
        staging.found.state.tags.contains_key(&args.name) || repository.find_reference(&reference).is_ok();
    if there && !args.options.force {
        return Err(tag_exists(&args.name));
    }
    let identity = staging.found.state.author.as_ref().unwrap_or(identity);
    let tagger = Committer { identity, at, key: None };
    let head = staging.found.state.commit;
    let target = oid(&head)?;
    let make = || -> Result<Oid, git2::Error> {
        let message = message_prettify(args.message.as_str(), None)?;
        let target = repository.find_object(target, Some(ObjectType::Commit))?;
        repository.tag_annotation_create(&args.name, &target, &tagger.signature()?, &message)
    };
    let made = commit_id(make().map_err(|e| failed("the tag", &e))?)?;
    staging.found.state.tags.insert(args.name.clone(), made);
    staging.save()?;
    Ok(head)
}
