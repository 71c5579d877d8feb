//! A work directory of the user's, with what the host keeps of it between two runs: the clones, heads and unpushed commits of
//! its worktrees, and how to undo an attempt that does not return. It stands outside of the work directory, named by the
//! directory's path.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};
use windlass_model::digest::Digest;
use windlass_store::DataDir;
use windlass_workdir::{AttemptDir, AttemptKey, DiskUsage, PromotionDir, Recovery};

use crate::failure::Failure;

/// The one attempt of a trial.
const ATTEMPT: AttemptKey = AttemptKey { step: 0, attempt: 1 };

/// Which directory a workspace is of. One that is made anew under the same path is another.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Identity {
    path: PathBuf,
    device: u64,
    inode: u64,
    /// When it was made, in nanoseconds since the epoch, where the file system knows.
    made: Option<u128>,
}

/// A work directory, which this process alone works in.
pub(crate) struct Workspace {
    data: DataDir,
    files: PromotionDir,
}

impl Workspace {
    /// Takes a work directory. `data` is where the host keeps what it knows of all of them.
    ///
    /// # Errors
    /// If it is no directory, or another process works in it.
    pub(crate) fn open(work: &Path, data: &Path) -> Result<Self, Failure> {
        let identity = Identity::of(work)?;
        forget_removed(data);
        let name = Digest::of(identity.path.as_os_str().as_encoded_bytes());
        let home = data.join(&name.hex()[..32]);
        let data = DataDir::open(&home).map_err(|e| Failure::environment(e.to_string()))?;
        if data.path().starts_with(&identity.path) {
            let message = format!("{} lies in the work directory {}", data.path().display(), work.display());
            return Err(Failure::input(message).hint("name another directory with --data"));
        }
        let failed = |e: &dyn std::fmt::Display| Failure::environment(format!("{}: {e}", home.display()));
        let known = std::fs::read(data.join("of")).ok();
        let is_same = known.and_then(|json| serde_json::from_slice(&json).ok()).as_ref() == Some(&identity);
        let files = PromotionDir::new(data.join("files"));
        let ready = is_same && files.recover(|_| false).map_err(|e| failed(&e))? == Recovery::Ready;
        if !ready {
            files.remove().map_err(|e| failed(&e))?;
            files.create_around(&identity.path).map_err(|e| failed(&e))?;
            let json = serde_json::to_vec(&identity).map_err(|e| failed(&e))?;
            std::fs::write(data.join("of"), json).map_err(|e| failed(&e))?;
        }
        Ok(Self { data, files })
    }

    /// Where mirrors of repositories are kept.
    pub(crate) fn mirrors(&self) -> PathBuf {
        self.data.join("mirrors")
    }

    /// Opens the directories for an attempt.
    pub(super) fn begin(&self, most: DiskUsage) -> Result<Arc<AttemptDir>, Failure> {
        self.files.begin_attempt(ATTEMPT, most).map(Arc::new).map_err(|e| unusable(&e))
    }

    /// Keeps what an attempt changed.
    pub(super) fn commit(&self, attempt: &AttemptDir) -> Result<(), Failure> {
        self.files.commit(attempt).map_err(|e| unusable(&e))
    }

    /// Undoes what an attempt changed.
    pub(super) fn roll_back(&self, attempt: &AttemptDir) -> Result<(), Failure> {
        self.files.roll_back(attempt).map_err(|e| unusable(&e))
    }
}

fn unusable(error: &windlass_workdir::FsError) -> Failure {
    Failure::environment(format!("the work directory: {error}"))
}

impl Identity {
    fn of(work: &Path) -> Result<Self, Failure> {
        let failed = |e: std::io::Error| {
            Failure::input(format!("the work directory {}: {e}", work.display()))
                .hint("name a directory that is there with --workdir")
        };
        let path = work.canonicalize().map_err(failed)?;
        let metadata = path.metadata().map_err(failed)?;
        if !metadata.is_dir() {
            return Err(failed(std::io::ErrorKind::NotADirectory.into()));
        }
        let made = metadata.created().ok().and_then(|made| made.duration_since(UNIX_EPOCH).ok());
        Ok(Self {
            path,
            device: metadata.dev(),
            inode: metadata.ino(),
            made: made.map(|made| made.as_nanos()),
        })
    }
}

/// Removes what is kept of work directories that are gone.
fn forget_removed(data: &Path) {
    for home in std::fs::read_dir(data).into_iter().flatten().flatten().map(|entry| entry.path()) {
        let known = std::fs::read(home.join("of")).ok();
        let known: Option<Identity> = known.and_then(|json| serde_json::from_slice(&json).ok());
        let is_gone = known.is_some_and(|identity| !identity.path.exists());
        // One that another process works in is left to it.
        if is_gone && DataDir::open(&home).is_ok() {
            let _ = std::fs::remove_dir_all(&home);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST: DiskUsage = DiskUsage { bytes: 1 << 20, files: 100 };

    #[test]
    fn a_directory_is_found_again_until_it_is_made_anew() {
        let temp = tempfile::tempdir().unwrap();
        let (work, data) = (temp.path().join("work"), temp.path().join("data"));
        std::fs::create_dir(&work).unwrap();
        let note = |workspace: &Workspace| workspace.files.base().join("git/note");
        let first = Workspace::open(&work, &data).unwrap();
        std::fs::write(note(&first), "").unwrap();
        assert!(Workspace::open(&work, &data).is_err(), "one process at a time");
        drop(first);
        assert!(note(&Workspace::open(&work, &data).unwrap()).exists());
        std::fs::remove_dir(&work).unwrap();
        std::fs::create_dir(&work).unwrap();
        assert!(!note(&Workspace::open(&work, &data).unwrap()).exists());
    }

    #[test]
    fn what_is_kept_of_removed_directories_goes() {
        let temp = tempfile::tempdir().unwrap();
        let data = temp.path().join("data");
        for name in ["one", "two"] {
            let work = temp.path().join(name);
            std::fs::create_dir(&work).unwrap();
            drop(Workspace::open(&work, &data).unwrap());
        }
        std::fs::remove_dir(temp.path().join("one")).unwrap();
        drop(Workspace::open(&temp.path().join("two"), &data).unwrap());
        assert_eq!(std::fs::read_dir(&data).unwrap().count(), 1);
    }

    #[test]
    fn an_attempt_that_does_not_return_is_undone() {
        let temp = tempfile::tempdir().unwrap();
        let (work, data) = (temp.path().join("work"), temp.path().join("data"));
        std::fs::create_dir(&work).unwrap();
        std::fs::write(work.join("a"), "old").unwrap();
        let workspace = Workspace::open(&work, &data).unwrap();
        let attempt = workspace.begin(MOST).unwrap();
        attempt.work.write_whole(attempt.work.root(), Path::new("a"), b"new", 0o644).unwrap();
        assert_eq!(std::fs::read(work.join("a")).unwrap(), b"new");
        workspace.roll_back(&attempt).unwrap();
        assert_eq!(std::fs::read(work.join("a")).unwrap(), b"old");
    }
}
