//! The directory of one promotion: its work directory, the scratch space of the running attempt, the host's Git
//! state, and the undo log.
//!
//! ```text
//! work/   what the steps see as /work; the copy of record. A link to it if it is kept elsewhere
//! tmp/    what the running attempt sees as /tmp; emptied between attempts
//! git/    heads, indexes and identities of the worktrees; the host's alone
//! undo/   how to undo the running attempt
//! boot    under which boot of the machine all this was written
//! ```
//! The order at the end of an attempt matters: its end is recorded in the journal first, the undo log is dropped
//! after. Whoever finds a log after a crash asks the journal whether its attempt returned.

use std::fs;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::error::FsResult;
use crate::quota::{DiskUsage, Quota};
use crate::tree::Tree;
use crate::undo::UndoLog;

const AREAS: [&str; 3] = ["work", "tmp", "git"];

/// Names one attempt within a promotion: the place of its step and its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AttemptKey {
    /// The place of the step, from 0.
    pub step: usize,
    /// The number of the try, from 1.
    pub attempt: u32,
}

impl AttemptKey {
    fn dir_name(self) -> String {
        format!("{}-{}", self.step, self.attempt)
    }

    fn parse(name: &str) -> Option<Self> {
        let (step, attempt) = name.split_once('-')?;
        Some(Self { step: step.parse().ok()?, attempt: attempt.parse().ok()? })
    }
}

/// What was found when a promotion was taken up again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recovery {
    /// The work directory is as the last attempt that returned left it.
    Ready,
    /// There is no such directory.
    Missing,
    /// The machine was started anew since; what had not reached the disk is lost, so none of it can be trusted.
    LostToReboot,
}

/// Where an attempt's files are, in a form that can be sent to another process of this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DirLocation {
    /// The promotion's directory.
    pub base: PathBuf,
    /// Which attempt.
    pub key: AttemptKey,
    /// What its files may take.
    pub most: DiskUsage,
    /// What they took when it began.
    pub used: DiskUsage,
}

/// The directory of one promotion.
#[derive(Debug)]
pub struct PromotionDir {
    base: PathBuf,
    /// What `work/` takes, once it is known; counting it anew means reading all of it.
    used: Mutex<Option<DiskUsage>>,
}

/// The open directories of one attempt.
#[derive(Debug)]
pub struct AttemptDir {
    location: DirLocation,
    /// What the guest sees as `/work`.
    pub work: Tree,
    /// What the guest sees as `/tmp`.
    pub scratch: Tree,
    /// The host's Git state, undone together with the work directory.
    pub git: Tree,
}

impl AttemptDir {
    /// Opens an attempt's directories where they are.
    ///
    /// # Errors
    /// If they are not there or cannot be opened.
    pub fn open(location: &DirLocation) -> FsResult<Self> {
        let base = &location.base;
        let quota = Arc::new(Quota::new(location.most, location.used));
        let undo_dir = base.join("undo").join(location.key.dir_name());
        // An attempt may change all that it found, however little it may have in all.
        let most_kept = location.most.bytes.max(location.used.bytes);
        let undo = Arc::new(UndoLog::new(base, &undo_dir, most_kept));
        let unbounded = DiskUsage { bytes: u64::MAX, files: u64::MAX };
        let host_quota = Arc::new(Quota::new(unbounded, DiskUsage::default()));
        Ok(Self {
            location: location.clone(),
            work: Tree::open(base, "work", Arc::clone(&quota), Some(Arc::clone(&undo)))?,
            scratch: Tree::open(base, "tmp", quota, None)?,
            git: Tree::open(base, "git", host_quota, Some(undo))?,
        })
    }

    /// Where it is.
    #[must_use]
    pub fn location(&self) -> &DirLocation {
        &self.location
    }

    /// The promotion's directory: the place for the host's own repositories.
    #[must_use]
    pub fn base(&self) -> &Path {
        &self.location.base
    }

    /// What the attempt's files took when it began.
    #[must_use]
    pub fn used_at_start(&self) -> DiskUsage {
        self.location.used
    }
}

impl PromotionDir {
    /// Names the directory; nothing is opened yet.
    #[must_use]
    pub fn new(base: impl Into<PathBuf>) -> Self {
        Self { base: base.into(), used: Mutex::new(None) }
    }

    /// Makes the directory, readable by its owner alone.
    ///
    /// # Errors
    /// If the operating system refuses.
    pub fn create(&self) -> io::Result<()> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true).mode(0o700);
        for area in AREAS {
            builder.create(self.base.join(area))?;
        }
        fs::write(self.base.join("boot"), boot_id()?)
    }

    /// Makes the directory around a work directory that is kept elsewhere and stays when this one is removed. Its files
    /// are undone as any others are; those of another file system by copying.
    ///
    /// # Errors
    /// If the operating system refuses.
    pub fn create_around(&self, work: &Path) -> io::Result<()> {
        self.create()?;
        fs::remove_dir(self.base.join("work"))?;
        std::os::unix::fs::symlink(work, self.base.join("work"))
    }

    /// Takes the directory up again after a crash: whatever an attempt changed that did not return is undone.
    /// `returned` says whether the journal knows an attempt's end.
    ///
    /// # Errors
    /// If undoing fails; it can be tried again.
    pub fn recover(&self, returned: impl Fn(AttemptKey) -> bool) -> io::Result<Recovery> {
        let boot = match fs::read(self.base.join("boot")) {
            Ok(boot) => boot,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Recovery::Missing),
            Err(error) => return Err(error),
        };
        if boot != boot_id()? {
            return Ok(Recovery::LostToReboot);
        }
        let logs = match fs::read_dir(self.base.join("undo")) {
            Ok(logs) => logs,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Recovery::Ready),
            Err(error) => return Err(error),
        };
        for log in logs {
            let log = log?;
            match log.file_name().to_str().and_then(AttemptKey::parse) {
                Some(key) if returned(key) => UndoLog::forget(&log.path())?,
                _ => UndoLog::undo(&self.base, &log.path())?,
            }
        }
        Ok(Recovery::Ready)
    }

    /// Opens the directories for an attempt whose files may take `most`.
    ///
    /// # Errors
    /// If they cannot be opened.
    pub fn begin_attempt(&self, key: AttemptKey, most: DiskUsage) -> FsResult<AttemptDir> {
        self.empty_scratch()?;
        let known = *self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let used = match known {
            Some(used) => used,
            None => self.measure()?,
        };
        AttemptDir::open(&DirLocation { base: self.base.clone(), key, most, used })
    }

    /// The attempt returned, and the journal knows it: keeps what it changed.
    ///
    /// # Errors
    /// If the operating system refuses; after a restart [`PromotionDir::recover`] does the same.
    pub fn commit(&self, attempt: &AttemptDir) -> FsResult<()> {
        let (all, scratch) = (attempt.work.quota().used(), attempt.scratch.measure()?);
        self.set_used(DiskUsage {
            bytes: all.bytes.saturating_sub(scratch.bytes),
            files: all.files.saturating_sub(scratch.files),
        });
        Ok(UndoLog::forget(&self.undo_dir(attempt.location.key))?)
    }

    /// The attempt did not return: undoes what it changed.
    ///
    /// # Errors
    /// If the operating system refuses; after a restart [`PromotionDir::recover`] does the same.
    pub fn roll_back(&self, attempt: &AttemptDir) -> FsResult<()> {
        self.empty_scratch()?;
        UndoLog::undo(&self.base, &self.undo_dir(attempt.location.key))?;
        self.set_used(attempt.location.used);
        Ok(())
    }

    /// Removes everything.
    ///
    /// # Errors
    /// If the operating system refuses.
    pub fn remove(&self) -> io::Result<()> {
        match fs::remove_dir_all(&self.base) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// The path of the directory.
    #[must_use]
    pub fn base(&self) -> &Path {
        &self.base
    }

    fn undo_dir(&self, key: AttemptKey) -> PathBuf {
        self.base.join("undo").join(key.dir_name())
    }

    fn empty_scratch(&self) -> io::Result<()> {
        let scratch = self.base.join("tmp");
        if fs::read_dir(&scratch)?.next().is_some() {
            fs::remove_dir_all(&scratch)?;
            fs::DirBuilder::new().mode(0o700).create(&scratch)?;
        }
        Ok(())
    }

    fn set_used(&self, used: DiskUsage) {
        *self.used.lock().unwrap_or_else(PoisonError::into_inner) = Some(used);
    }

    fn measure(&self) -> FsResult<DiskUsage> {
        let unbounded = DiskUsage { bytes: u64::MAX, files: u64::MAX };
        let quota = Arc::new(Quota::new(unbounded, DiskUsage::default()));
        Tree::open(&self.base, "work", quota, None)?.measure()
    }
}

/// Changes with every start of the machine (proc(5)).
fn boot_id() -> io::Result<Vec<u8>> {
    fs::read("/proc/sys/kernel/random/boot_id")
}
