//! The tags of a repository, as Git has them.

use std::collections::BTreeMap;

use windlass_model::call::git::Identity;
use windlass_model::digest::CommitId;
use windlass_model::time::Timestamp;

use super::program::GitError;
use super::repository::{Repository, Signature, id, text, unreadable};

/// What an annotated tag says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotation {
    /// The whole message.
    pub message: String,
    /// Who made it.
    pub tagger: Signature,
}

/// A tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagFacts {
    /// The commit that it means.
    pub target: CommitId,
    /// What it says of itself; a lightweight one says nothing.
    pub annotation: Option<Annotation>,
}

impl Repository {
    /// Every tag by its short name.
    ///
    /// # Errors
    /// If there is no such repository.
    pub async fn tags(&self) -> Result<BTreeMap<String, TagFacts>, GitError> {
        let mut tags = BTreeMap::new();
        for (name, target) in self.refs().await? {
            let Some(short) = name.strip_prefix("refs/tags/") else { continue };
            let object = text("rev-parse", self.git(&["rev-parse", &name], &[]).await?)?;
            let annotation =
                if id("rev-parse", &object)? == target { None } else { Some(self.annotation(&name).await?) };
            tags.insert(short.to_owned(), TagFacts { target, annotation });
        }
        Ok(tags)
    }

    async fn annotation(&self, name: &str) -> Result<Annotation, GitError> {
        let printed = text("cat-file", self.git(&["cat-file", "tag", name], &[]).await?)?;
        let read = || {
            let (head, message) = printed.split_once("\n\n")?;
            let tagger = head.lines().find_map(|line| line.strip_prefix("tagger "))?;
            Some(Annotation { message: message.to_owned(), tagger: signature(tagger)? })
        };
        read().ok_or_else(|| unreadable("cat-file", &printed))
    }
}

/// `NAME <ADDRESS> SECONDS ZONE`.
fn signature(line: &str) -> Option<Signature> {
    let (person, when) = line.rsplit_once("> ")?;
    let (name, email) = person.split_once(" <")?;
    let seconds: i64 = when.split(' ').next()?.parse().ok()?;
    Some(Signature {
        who: Identity { name: name.to_owned(), email: email.to_owned() },
        at: Timestamp::from_micros(seconds.saturating_mul(1_000_000)),
    })
}
