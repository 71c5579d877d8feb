//! Commits made from nothing but what they say: the same commit has the same id wherever it is made. They are written
//! through `git fast-import`, which needs no index and no working tree.

use std::io::Write as _;

use windlass_model::call::git::Identity;
use windlass_model::digest::CommitId;
use windlass_model::time::Timestamp;

use super::program::GitError;

/// 2026-01-01T00:00:00Z in seconds since the epoch.
const NEW_YEAR_2026: i64 = 1_767_225_600;

/// What becomes of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileChange {
    /// It has this content.
    Write(Vec<u8>),
    /// It has this content and can be run.
    WriteExecutable(Vec<u8>),
    /// It is a symbolic link to this.
    Link(String),
    /// It is a submodule at this commit of another repository.
    Submodule(CommitId),
    /// It is gone; a directory with all that is in it.
    Delete,
}

/// A commit to make on top of a branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCommit {
    /// The branch, made if it is not there.
    pub branch: String,
    /// The message, as it is.
    pub message: String,
    /// Who wrote and who committed it.
    pub author: Identity,
    /// When, for both; whole seconds count.
    pub at: Timestamp,
    /// Paths and what becomes of them, in order. They go in as they are, so that hostile trees can be made too.
    pub files: Vec<(String, FileChange)>,
}

impl NewCommit {
    /// A commit that changes nothing yet, by `Example <example@localhost>`, at the beginning of 2026.
    #[must_use]
    pub fn on(branch: impl Into<String>) -> Self {
        Self {
            branch: branch.into(),
            message: "Change\n".to_owned(),
            author: Identity { name: "Example".to_owned(), email: "example@localhost".to_owned() },
            at: Timestamp::from_micros(NEW_YEAR_2026 * 1_000_000),
            files: Vec::new(),
        }
    }

    /// With this message.
    #[must_use]
    pub fn message(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self
    }

    /// By this author.
    #[must_use]
    pub fn by(mut self, name: impl Into<String>, email: impl Into<String>) -> Self {
        self.author = Identity { name: name.into(), email: email.into() };
        self
    }

    /// At this time.
    #[must_use]
    pub fn at(mut self, at: Timestamp) -> Self {
        self.at = at;
        self
    }

    /// With a file of this content.
    #[must_use]
    pub fn write(mut self, path: impl Into<String>, content: impl AsRef<[u8]>) -> Self {
        self.files.push((path.into(), FileChange::Write(content.as_ref().to_vec())));
        self
    }

    /// With a symbolic link to this.
    #[must_use]
    pub fn link(mut self, path: impl Into<String>, target: impl Into<String>) -> Self {
        self.files.push((path.into(), FileChange::Link(target.into())));
        self
    }

    /// With a submodule at this commit. The file `.gitmodules`, which says where it is, is written like any other.
    #[must_use]
    pub fn submodule(mut self, path: impl Into<String>, commit: CommitId) -> Self {
        self.files.push((path.into(), FileChange::Submodule(commit)));
        self
    }

    /// Without a file.
    #[must_use]
    pub fn delete(mut self, path: impl Into<String>) -> Self {
        self.files.push((path.into(), FileChange::Delete));
        self
    }

    /// What `git fast-import` reads to make the commit on top of `parent` and to print its id.
    pub(super) fn to_import(&self, parent: Option<CommitId>) -> Result<Vec<u8>, GitError> {
        let branch = plain(&self.branch, "the name of a branch")?;
        let person = signature(&self.author, self.at)?;
        let mut out = Vec::new();
        // Writing to memory cannot fail.
        let _ = write!(out, "commit refs/heads/{branch}\nmark :1\nauthor {person}\ncommitter {person}\n");
        data(&mut out, self.message.as_bytes());
        if let Some(parent) = parent {
            let _ = writeln!(out, "from {parent}");
        }
        for (path, change) in &self.files {
            let path = quoted(path);
            let (mode, content) = match change {
                FileChange::Write(content) => ("100644", content.as_slice()),
                FileChange::WriteExecutable(content) => ("100755", content.as_slice()),
                FileChange::Link(target) => ("120000", target.as_bytes()),
                FileChange::Submodule(commit) => {
                    let _ = writeln!(out, "M 160000 {commit} {path}");
                    continue;
                }
                FileChange::Delete => {
                    let _ = writeln!(out, "D {path}");
                    continue;
                }
            };
            let _ = writeln!(out, "M {mode} inline {path}");
            data(&mut out, content);
        }
        out.extend_from_slice(b"\nget-mark :1\ndone\n");
        Ok(out)
    }
}

/// What `git fast-import` reads to make an annotated tag.
pub(super) fn tag_to_import(
    name: &str,
    target: CommitId,
    message: &str,
    tagger: &Identity,
    at: Timestamp,
) -> Result<Vec<u8>, GitError> {
    let name = plain(name, "the name of a tag")?;
    let mut out = format!("tag {name}\nfrom {target}\ntagger {}\n", signature(tagger, at)?).into_bytes();
    data(&mut out, message.as_bytes());
    out.extend_from_slice(b"done\n");
    Ok(out)
}

fn data(out: &mut Vec<u8>, content: &[u8]) {
    let _ = writeln!(out, "data {}", content.len());
    out.extend_from_slice(content);
    out.push(b'\n');
}

fn signature(person: &Identity, at: Timestamp) -> Result<String, GitError> {
    let name = plain(&person.name, "the name of a person")?;
    let email = plain(&person.email, "an e-mail address")?;
    Ok(format!("{name} <{email}> {} +0000", at.as_seconds()))
}

/// A text that cannot end the line it stands in, nor the brackets round an address.
pub(super) fn plain<'a>(text: &'a str, expected: &'static str) -> Result<&'a str, GitError> {
    let fits = !text.is_empty() && !text.chars().any(|c| c.is_control() || matches!(c, '<' | '>'));
    if fits { Ok(text) } else { Err(GitError::Invalid { value: text.to_owned(), expected }) }
}

/// A path in quotes, as C writes strings.
fn quoted(path: &str) -> String {
    let mut out = String::from("\"");
    for c in path.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
