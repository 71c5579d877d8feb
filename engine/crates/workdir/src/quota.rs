//! How much the files of one attempt may take.

use std::sync::atomic::{AtomicU64, Ordering};

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

/// Counts what files take and refuses to go beyond the limits. Space is taken before it is written and given back
/// after it is freed, so the count is never too low.
#[derive(Debug)]
pub struct Quota {
    bytes: Counter,
    files: Counter,
}

#[derive(Debug)]
struct Counter {
    name: &'static str,
    most: u64,
    used: AtomicU64,
}

impl Counter {
    fn take(&self, amount: u64) -> FsResult<()> {
        let taken = self.used.fetch_update(Ordering::AcqRel, Ordering::Acquire, |used| {
            used.checked_add(amount).filter(|sum| *sum <= self.most)
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
        let counter = |name, most, used| Counter { name, most, used: AtomicU64::new(used) };
        Self {
            bytes: counter("disk.bytes", most.bytes, used.bytes),
            files: counter("disk.files", most.files, used.files),
        }
    }

    /// What is taken now.
    #[must_use]
    pub fn used(&self) -> DiskUsage {
        DiskUsage {
            bytes: self.bytes.used.load(Ordering::Acquire),
            files: self.files.used.load(Ordering::Acquire),
        }
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
        assert!(matches!(quota.take_bytes(1), Err(FsError::Quota { limit: "disk.bytes", most: 10 })));
        assert!(quota.take_bytes(u64::MAX).is_err());
        quota.give_back_bytes(100);
        assert_eq!(quota.used().bytes, 0);
        quota.take_file().unwrap();
        assert!(matches!(quota.take_file(), Err(FsError::Quota { limit: "disk.files", most: 1 })));
    }
}
