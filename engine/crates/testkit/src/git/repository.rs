//! A bare repository: making commits and tags in it, and reading what is there. Everything goes through the `git`
//! program, so that what is read is what Git itself sees.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use windlass_model::call::git::Identity;
use windlass_model::digest::CommitId;
use windlass_model::time::Timestamp;

use super::commit::{NewCommit, plain, tag_to_import};
use super::hook::Hook;
use super::program::{GitError, GitProgram};

/// Who did something, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Who.
    pub who: Identity,
    /// When, in whole seconds.
    pub at: Timestamp,
}

/// What a commit says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitFacts {
    /// Its id.
    pub id: CommitId,
    /// The id of its tree.
    pub tree: CommitId,
    /// Its parents, in order.
    pub parents: Vec<CommitId>,
    /// Who wrote it.
    pub author: Signature,
    /// Who committed it.
    pub committer: Signature,
    /// The whole message.
    pub message: String,
}

/// One entry of a tree that is no directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeFile {
    /// Git's mode: `100644`, `100755`, `120000` for a link, `160000` for a submodule.
    pub mode: String,
    /// The content; of a link its target, of a submodule nothing.
    pub content: Vec<u8>,
}

/// A bare repository.
#[derive(Debug, Clone)]
pub struct Repository {
    path: PathBuf,
    program: GitProgram,
}

impl Repository {
    pub(super) fn at(program: &GitProgram, root: &Path, name: &str) -> Result<Self, GitError> {
        let component = |part: &str| {
            !part.is_empty()
                && !part.starts_with(['.', '-'])
                && part.bytes().all(|c| c.is_ascii_alphanumeric() || b"._-".contains(&c))
        };
        if !name.split('/').all(component) {
            return Err(GitError::Invalid {
                value: name.to_owned(),
                expected: "the name of a repository, such as app.git or team/app.git",
            });
        }
        Ok(Self { path: root.join(name), program: program.clone() })
    }

    pub(super) async fn create(program: &GitProgram, root: &Path, name: &str) -> Result<Self, GitError> {
        let repository = Self::at(program, root, name)?;
        let path = repository.path.to_string_lossy();
        program
            .run(root, &["init", "--quiet", "--bare", "--initial-branch=main", "--template=", &path], &[])
            .await?;
        Ok(repository)
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes a commit on top of its branch.
    ///
    /// # Errors
    /// If a name, path or text does not fit, or the branch moves at the same time.
    pub async fn commit(&self, commit: &NewCommit) -> Result<CommitId, GitError> {
        let parent = self.resolve(&format!("refs/heads/{}", commit.branch)).await?;
        let stream = commit.to_import(parent)?;
        let printed = self.git(&["fast-import", "--quiet", "--done"], &stream).await?;
        id("fast-import", &text("fast-import", printed)?)
    }

    /// Makes a lightweight tag, or moves one.
    ///
    /// # Errors
    /// If the name does not fit.
    pub async fn tag(&self, name: &str, target: CommitId) -> Result<(), GitError> {
        self.set_ref(&format!("refs/tags/{}", plain(name, "the name of a tag")?), target).await
    }

    /// Makes an annotated tag, or moves one.
    ///
    /// # Errors
    /// If a name or text does not fit.
    pub async fn annotated_tag(
        &self,
        name: &str,
        target: CommitId,
        message: &str,
        tagger: &Identity,
        at: Timestamp,
    ) -> Result<(), GitError> {
        let stream = tag_to_import(name, target, message, tagger, at)?;
        self.git(&["fast-import", "--quiet", "--done", "--force"], &stream).await.map(drop)
    }

    /// Lets a branch point to a commit, whatever it pointed to before.
    ///
    /// # Errors
    /// If the name does not fit.
    pub async fn set_branch(&self, name: &str, target: CommitId) -> Result<(), GitError> {
        self.set_ref(&format!("refs/heads/{}", plain(name, "the name of a branch")?), target).await
    }

    /// Removes a branch.
    ///
    /// # Errors
    /// If Git refuses.
    pub async fn delete_branch(&self, name: &str) -> Result<(), GitError> {
        self.git(&["update-ref", "-d", &format!("refs/heads/{name}")], &[]).await.map(drop)
    }

    /// Lets HEAD name a branch: the one that is checked out by default.
    ///
    /// # Errors
    /// If Git refuses.
    pub async fn set_default_branch(&self, name: &str) -> Result<(), GitError> {
        self.git(&["symbolic-ref", "HEAD", &format!("refs/heads/{name}")], &[]).await.map(drop)
    }

    /// Every ref by its full name. An annotated tag is given as the commit that it means.
    ///
    /// # Errors
    /// If there is no such repository.
    pub async fn refs(&self) -> Result<BTreeMap<String, CommitId>, GitError> {
        let format = "--format=%(refname) %(if)%(*objectname)%(then)%(*objectname)%(else)%(objectname)%(end)";
        let printed = text("for-each-ref", self.git(&["for-each-ref", format], &[]).await?)?;
        printed
            .lines()
            .map(|line| {
                let (name, commit) = line.split_once(' ').ok_or_else(|| unreadable("for-each-ref", line))?;
                Ok((name.to_owned(), id("for-each-ref", commit)?))
            })
            .collect()
    }

    /// Every branch by its short name.
    ///
    /// # Errors
    /// If there is no such repository.
    pub async fn branches(&self) -> Result<BTreeMap<String, CommitId>, GitError> {
        let refs = self.refs().await?;
        let short = |(name, commit): (String, CommitId)| {
            name.strip_prefix("refs/heads/").map(|name| (name.to_owned(), commit))
        };
        Ok(refs.into_iter().filter_map(short).collect())
    }

    /// The commit that a branch, a tag, `HEAD`, a full ref name or a (shortened) commit id means.
    ///
    /// # Errors
    /// If there is no such repository.
    pub async fn resolve(&self, revision: &str) -> Result<Option<CommitId>, GitError> {
        let is_id = (4..=40).contains(&revision.len()) && revision.bytes().all(|c| c.is_ascii_hexdigit());
        let mut candidates = match revision {
            "" | "HEAD" => vec!["HEAD".to_owned()],
            full if full.starts_with("refs/") => vec![full.to_owned()],
            name => vec![format!("refs/heads/{name}"), format!("refs/tags/{name}")],
        };
        if is_id {
            candidates.push(revision.to_owned());
        }
        for candidate in candidates {
            // What is no name must not be taken for an expression of Git's.
            if candidate.contains(['^', '~', ':', '@', '{']) || candidate.chars().any(char::is_control) {
                continue;
            }
            let peeled = format!("{candidate}^{{commit}}");
            let arguments = ["rev-parse", "--verify", "--quiet", "--end-of-options", peeled.as_str()];
            let output = self.program.output(&self.path, &arguments, &[]).await?;
            if output.status.success() {
                return id("rev-parse", &text("rev-parse", output.stdout)?).map(Some);
            }
        }
        Ok(None)
    }

    /// A commit and all before it, newest first.
    ///
    /// # Errors
    /// If there is no such revision.
    pub async fn log(&self, revision: &str) -> Result<Vec<CommitFacts>, GitError> {
        let commit = self.find(revision).await?.to_string();
        let format = "--format=%H%x00%T%x00%P%x00%an%x00%ae%x00%at%x00%cn%x00%ce%x00%ct%x00%B";
        let printed = self.git(&["log", "-z", "--topo-order", format, &commit], &[]).await?;
        let printed = text("log", printed)?;
        let fields: Vec<&str> = printed.split('\0').collect();
        fields.chunks_exact(10).map(commit_facts).collect()
    }

    /// Every file of a revision by its path.
    ///
    /// # Errors
    /// If there is no such revision.
    pub async fn files(&self, revision: &str) -> Result<BTreeMap<String, TreeFile>, GitError> {
        let commit = self.find(revision).await?.to_string();
        let printed = text("ls-tree", self.git(&["ls-tree", "-r", "-z", &commit], &[]).await?)?;
        let mut files = BTreeMap::new();
        for line in printed.split_terminator('\0') {
            let (facts, path) = line.split_once('\t').ok_or_else(|| unreadable("ls-tree", line))?;
            let mut facts = facts.split(' ');
            let (mode, kind, object) = (facts.next(), facts.next(), facts.next());
            let (Some(mode), Some(kind), Some(object)) = (mode, kind, object) else {
                return Err(unreadable("ls-tree", line));
            };
            let content = match kind {
                "blob" => self.git(&["cat-file", "blob", object], &[]).await?,
                _ => Vec::new(),
            };
            files.insert(path.to_owned(), TreeFile { mode: mode.to_owned(), content });
        }
        Ok(files)
    }

    /// Installs a hook: a script that begins with `#!`.
    ///
    /// # Errors
    /// If it cannot be written.
    pub async fn install_hook(&self, hook: Hook, script: &str) -> Result<(), GitError> {
        let dir = self.path.join("hooks");
        let path = dir.join(hook.name());
        let failed = |source| GitError::File { path: path.clone(), source };
        tokio::fs::create_dir_all(&dir).await.map_err(failed)?;
        tokio::fs::write(&path, script).await.map_err(failed)?;
        let executable = std::fs::Permissions::from_mode(0o755);
        tokio::fs::set_permissions(&path, executable).await.map_err(failed)
    }

    async fn find(&self, revision: &str) -> Result<CommitId, GitError> {
        self.resolve(revision).await?.ok_or_else(|| GitError::Invalid {
            value: revision.to_owned(),
            expected: "a branch, tag or commit of the repository",
        })
    }

    async fn set_ref(&self, name: &str, target: CommitId) -> Result<(), GitError> {
        self.git(&["update-ref", name, &target.to_string()], &[]).await.map(drop)
    }

    pub(super) async fn git(&self, arguments: &[&str], input: &[u8]) -> Result<Vec<u8>, GitError> {
        self.program.run(&self.path, arguments, input).await
    }
}

fn commit_facts(fields: &[&str]) -> Result<CommitFacts, GitError> {
    let signature = |at: usize| {
        let seconds: i64 = fields[at + 2].parse().map_err(|_| unreadable("log", fields[at + 2]))?;
        Ok::<_, GitError>(Signature {
            who: Identity { name: fields[at].to_owned(), email: fields[at + 1].to_owned() },
            at: Timestamp::from_micros(seconds.saturating_mul(1_000_000)),
        })
    };
    Ok(CommitFacts {
        id: id("log", fields[0])?,
        tree: id("log", fields[1])?,
        parents: fields[2].split_whitespace().map(|parent| id("log", parent)).collect::<Result<_, _>>()?,
        author: signature(3)?,
        committer: signature(6)?,
        message: fields[9].to_owned(),
    })
}

pub(super) fn text(command: &str, printed: Vec<u8>) -> Result<String, GitError> {
    String::from_utf8(printed).map_err(|e| unreadable(command, &String::from_utf8_lossy(e.as_bytes())))
}

pub(super) fn id(command: &str, printed: &str) -> Result<CommitId, GitError> {
    printed.trim().parse().map_err(|_| unreadable(command, printed))
}

pub(super) fn unreadable(command: &str, answer: &str) -> GitError {
    GitError::Unreadable { command: command.to_owned(), answer: answer.chars().take(200).collect() }
}
