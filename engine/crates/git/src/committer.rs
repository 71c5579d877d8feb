//! Who commits: a name, an instant, and perhaps a key.

use git2::{Commit, Oid, Repository, Signature, Time, Tree};
use windlass_model::call::git::Identity;
use windlass_model::time::Timestamp;

use crate::signing::SigningKey;

/// Who commits, and when.
#[derive(Clone, Copy)]
pub(crate) struct Committer<'a> {
    pub(crate) identity: &'a Identity,
    /// The same on every run of an attempt, so that the same tree gives the same commit.
    pub(crate) at: Timestamp,
    /// What every commit is signed with.
    pub(crate) key: Option<&'a SigningKey>,
}

/// A commit to be made; without an author the committer is one.
pub(crate) struct NewCommit<'a> {
    pub(crate) author: Option<&'a Signature<'a>>,
    pub(crate) message: &'a str,
    pub(crate) tree: &'a Tree<'a>,
    pub(crate) parents: &'a [&'a Commit<'a>],
}

impl Committer<'_> {
    /// The person at the instant, in UTC.
    pub(crate) fn signature(&self) -> Result<Signature<'static>, git2::Error> {
        Signature::new(&self.identity.name, &self.identity.email, &Time::new(self.at.as_seconds(), 0))
    }

    /// Makes a commit, on no branch.
    pub(crate) fn commit(&self, repository: &Repository, new: &NewCommit<'_>) -> Result<Oid, git2::Error> {
        let committer = self.signature()?;
        let author = new.author.unwrap_or(&committer);
        let Some(key) = self.key else {
            return repository.commit(None, author, &committer, new.message, new.tree, new.parents);
        };
        let text = repository.commit_create_buffer(author, &committer, new.message, new.tree, new.parents)?;
        let not_signed = || git2::Error::from_str("it could not be signed");
        let signature = key.sign(&text, self.at).ok_or_else(not_signed)?;
        let text = std::str::from_utf8(&text).map_err(|_| not_signed())?;
        repository.commit_signed(text, &signature, None)
    }
}
