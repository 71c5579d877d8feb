//! Where the manifests are that a server is kept like: a folder, or a branch of a Git repository.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use windlass_model::digest::{CommitId, Digest};
use windlass_ports::clock::Clock;
use windlass_ports::credentials::GitCredential;
use windlass_ports::git::NetworkScope;
use windlass_ports::git_history::{FileChoice, GitHistory, GitRepository};

use crate::manifests::{self, RawFile};

/// How often a folder is looked at.
const FOLDER: Duration = Duration::from_secs(2);

/// How often a repository is asked for its branch.
const REPOSITORY: Duration = Duration::from_secs(10);

/// How long a look into a repository may take.
const TIME: Duration = Duration::from_mins(5);

/// How much the manifests of a commit may be together.
const MOST_BYTES: usize = 64 << 20;

/// What the operator has set.
#[derive(Debug, Clone)]
pub(crate) enum SyncFrom {
    /// A folder of this machine.
    Folder(PathBuf),
    /// A repository.
    Repository {
        /// Where it is.
        url: String,
        /// The branch; none: the one that its HEAD names.
        branch: Option<String>,
        /// The directory in it; empty: all of it.
        below: String,
        /// With which credential.
        credential: Option<GitCredential>,
    },
}

impl std::fmt::Display for SyncFrom {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Folder(dir) => dir.display().fmt(f),
            Self::Repository { url, branch, below, .. } => {
                f.write_str(url)?;
                if branch.is_some() || !below.is_empty() {
                    write!(f, "#{}", branch.as_deref().unwrap_or_default())?;
                }
                if below.is_empty() { Ok(()) } else { write!(f, ":{below}") }
            }
        }
    }
}

/// What reads repositories, and what of the network it may use: made anew for each look, as a look has its time.
pub(crate) struct Reader {
    pub(crate) git: Arc<dyn GitHistory>,
    pub(crate) network: Box<dyn Fn(Duration) -> NetworkScope + Send + Sync>,
    /// Directories beneath which `file://` repositories are allowed.
    pub(crate) local: Vec<String>,
}

/// A place to look at.
pub(crate) struct Source {
    from: SyncFrom,
    reader: Reader,
}

/// What was found there.
pub(super) struct Found {
    /// Tells this state of it from others.
    pub(super) revision: Digest,
    pub(super) files: Vec<RawFile>,
}

impl Source {
    pub(crate) fn new(from: SyncFrom, reader: Reader) -> Self {
        Self { from, reader }
    }

    /// How messages and records name it.
    pub(super) fn name(&self) -> String {
        self.from.to_string()
    }

    /// When it is to be looked at again.
    pub(super) fn next(&self, clock: &dyn Clock) -> windlass_model::time::Timestamp {
        clock.now().plus(match self.from {
            SyncFrom::Folder(_) => FOLDER,
            SyncFrom::Repository { .. } => REPOSITORY,
        })
    }

    /// Looks. None: it is still at the revision that is known.
    ///
    /// # Errors
    /// A message, if it cannot be read.
    pub(super) async fn look(&self, known: Option<Digest>) -> Result<Option<Found>, String> {
        match &self.from {
            SyncFrom::Folder(dir) => folder(dir.clone(), known).await,
            SyncFrom::Repository { url, branch, below, credential } => {
                let repository = GitRepository {
                    url: url.clone(),
                    credential: credential.clone(),
                    insecure_skip_tls_verify: false,
                    local: self.reader.local.clone(),
                    freshness: None,
                };
                self.repository(&repository, branch.as_deref(), below, known).await
            }
        }
    }

    async fn repository(
        &self,
        repository: &GitRepository,
        branch: Option<&str>,
        below: &str,
        known: Option<Digest>,
    ) -> Result<Option<Found>, String> {
        let url = &repository.url;
        let failed = |e: windlass_model::call::CallError| format!("{url}: {}", e.message);
        let network = (self.reader.network)(TIME);
        let refs = self.reader.git.refs(&network, repository).await.map_err(failed)?;
        let branch = match branch.or(refs.default_branch.as_deref()) {
            Some(branch) => branch.to_owned(),
            None => return Err(format!("{url} has no default branch; name one with --sync-branch")),
        };
        let head = refs.branches.iter().find(|(name, _)| *name == branch);
        let (_, head) = head.ok_or_else(|| format!("{url} has no branch {branch:?}"))?;
        let revision = of_commit(*head, below);
        if known == Some(revision) {
            return Ok(None);
        }
        let choice = FileChoice {
            below: below.to_owned(),
            extensions: &manifests::EXTENSIONS,
            most_bytes: MOST_BYTES,
        };
        let files = self.reader.git.files(&network, repository, *head, choice).await.map_err(failed)?;
        if files.is_empty() {
            return Err(format!("there are no manifests in {}", self.from));
        }
        let files = files.into_iter().map(|file| RawFile { name: file.path.into(), bytes: file.bytes });
        Ok(Some(Found { revision, files: files.collect() }))
    }
}

fn of_commit(head: CommitId, below: &str) -> Digest {
    Digest::of(format!("{head}:{below}").as_bytes())
}

async fn folder(dir: PathBuf, known: Option<Digest>) -> Result<Option<Found>, String> {
    let look = move || {
        let files = manifests::raw_files(&dir).map_err(|failure| failure.to_string())?;
        let revision = of_files(&dir, &files);
        Ok((known != Some(revision)).then_some(Found { revision, files }))
    };
    tokio::task::spawn_blocking(look).await.unwrap_or_else(|error| Err(error.to_string()))
}

/// The names count, from the folder on: a file that is moved changes the places in messages.
fn of_files(dir: &Path, files: &[RawFile]) -> Digest {
    let mut all = Vec::new();
    for RawFile { name, bytes } in files {
        let name = name.strip_prefix(dir).unwrap_or(name);
        all.extend_from_slice(name.as_os_str().as_encoded_bytes());
        all.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
        all.extend_from_slice(bytes);
    }
    Digest::of(&all)
}
