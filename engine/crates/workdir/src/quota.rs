//! How much the files of one attempt may take.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::error::{FsError, FsResult};

/// How much files take: the sum of their lengths and their number, directories counted as files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiskUsage {
    /// The sum of lengths, in bytes.
    pub bytes: u64,
    /// The number of files, directories and links.
    pub files: u64,
}

/// By how much it changed; negative if it shrank.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiskChange {
    /// In bytes.
    pub bytes: i64,
    /// In files.
    pub files: i64,
}

/// Counts what files take and refuses to go beyond the limits. Space is taken before it is written and given back
/// after it is freed, so the count is never too low.
#[derive(Debug)]
pub struct Quota {
    bytes: Counter,
    files: Counter,
    open: Mutex<OpenFiles>,
}

/// How many handles each open file has, by its inode number. A file that is removed while it is open takes room until
/// its last handle is closed.
#[derive(Debug, Default)]
pub(crate) struct OpenFiles(HashMap<u64, usize>);

impl OpenFiles {
    pub(crate) fn opened(&mut self, inode: u64) {
        *self.0.entry(inode).or_default() += 1;
    }

    /// Whether that was the last handle.
    pub(crate) fn closed(&mut self, inode: u64) -> bool {
        let left = self.0.get(&inode).map_or(0, |handles| handles.saturating_sub(1));
        if left == 0 {
            self.0.remove(&inode);
        } else {
            self.0.insert(inode, left);
        }
        left == 0
    }

    pub(crate) fn is_open(&self, inode: u64) -> bool {
        self.0.contains_key(&inode)
    }
}

#[derive(Debug)]
struct Counter {
    name: &'static str,
    most: u64,
    used: AtomicU64,
    /// What another process that works on the same attempt took, or gave back if negative.
    elsewhere: AtomicI64,
}

impl Counter {
    fn total(&self) -> u64 {
        self.used.load(Ordering::Acquire).saturating_add_signed(self.elsewhere.load(Ordering::Acquire))
    }

    fn take(&self, amount: u64) -> FsResult<()> {
        let elsewhere = self.elsewhere.load(Ordering::Acquire);
        let taken = self.used.fetch_update(Ordering::AcqRel, Ordering::Acquire, |used| {
            let sum = used.checked_add(amount)?;
            (sum.saturating_add_signed(elsewhere) <= self.most).then_some(sum)
        });
        taken.map(|_| ()).map_err(|_| FsError::Quota { limit: self.name, most: self.most })
    }

    fn give_back(&self, amount: u64) {
        let _ = self
            .used
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |used| Some(used.saturating_sub(amount)));
    }
}

impl Quota {
    /// A quota of `most`, of which `used` is taken already.
    #[must_use]
    pub fn new(most: DiskUsage, used: DiskUsage) -> Self {
        let counter = |name, most, used| Counter {
            name,
            most,
            used: AtomicU64::new(used),
            elsewhere: AtomicI64::new(0),
        };
        Self {
            bytes: counter("diskBytes", most.bytes, used.bytes),
            files: counter("diskFiles", most.files, used.files),
            open: Mutex::default(),
        }
    }

    /// What is taken now, here and elsewhere.
    #[must_use]
    pub fn used(&self) -> DiskUsage {
        DiskUsage { bytes: self.bytes.total(), files: self.files.total() }
    }

    /// What was taken through this very count since `start`.
    #[must_use]
    pub fn change_since(&self, start: DiskUsage) -> DiskChange {
        let change = |now: &Counter, start: u64| {
            let now = now.used.load(Ordering::Acquire);
            i64::try_from(i128::from(now) - i128::from(start)).unwrap_or(i64::MAX)
        };
        DiskChange { bytes: change(&self.bytes, start.bytes), files: change(&self.files, start.files) }
    }

    /// Takes note of what another process that works on the same attempt took through its own count.
    pub fn set_elsewhere(&self, change: DiskChange) {
        self.bytes.elsewhere.store(change.bytes, Ordering::Release);
        self.files.elsewhere.store(change.files, Ordering::Release);
    }

    /// The open files. Whoever removes a file holds on to this meanwhile.
    pub(crate) fn open_files(&self) -> MutexGuard<'_, OpenFiles> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn take_bytes(&self, bytes: u64) -> FsResult<()> {
        self.bytes.take(bytes)
    }

    pub(crate) fn give_back_bytes(&self, bytes: u64) {
        self.bytes.give_back(bytes);
    }

    pub(crate) fn take_file(&self) -> FsResult<()> {
        self.files.take(1)
    }

    pub(crate) fn give_back_files(&self, files: u64) {
        self.files.give_back(files);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_counts_beyond_the_limit_or_below_zero() {
        let quota = Quota::new(DiskUsage { bytes: 10, files: 1 }, DiskUsage { bytes: 4, files: 0 });
        quota.take_bytes(6).unwrap();
        assert!(matches!(quota.take_bytes(1), Err(FsError::Quota { limit: "diskBytes", most: 10 })));
        assert!(quota.take_bytes(u64::MAX).is_err());
        quota.give_back_bytes(100);
        assert_eq!(quota.used().bytes, 0);
        quota.take_file().unwrap();
        assert!(matches!(quota.take_file(), Err(FsError::Quota { limit: "diskFiles", most: 1 })));
    }

    #[test]
    fn what_another_process_took_counts_too() {
        let start = DiskUsage { bytes: 4, files: 0 };
        let quota = Quota::new(DiskUsage { bytes: 10, files: 9 }, start);
        quota.set_elsewhere(DiskChange { bytes: 5, files: 1 });
        quota.take_bytes(1).unwrap();
        assert!(quota.take_bytes(1).is_err());
        assert_eq!(quota.used(), DiskUsage { bytes: 10, files: 1 });
        assert_eq!(quota.change_since(start), DiskChange { bytes: 1, files: 0 });
        quota.set_elsewhere(DiskChange { bytes: -4, files: 0 });
        quota.take_bytes(9).unwrap();
    }
}
