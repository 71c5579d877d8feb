//! Listings of directories that a guest reads piece by piece: taken once, so that they do not change meanwhile, and held by
//! the host, so bounded in sum.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustix::io::Errno;
use windlass_model::limits::Limits;
use windlass_workdir::{Dir, Entry, FsResult, Tree};

/// All listings of a guest may hold this many entries together: as many as any guest may have files.
const MAX_ENTRIES: usize = Limits::MOST.disk_files as usize;

/// Counts the entries that the listings of one guest hold.
#[derive(Debug, Clone, Default)]
pub(crate) struct Listings(Arc<AtomicUsize>);

/// One listing.
#[derive(Debug)]
pub(crate) struct Listing {
    entries: Vec<Entry>,
    held: Arc<AtomicUsize>,
}

impl Listings {
    /// Lists a directory.
    ///
    /// # Errors
    /// If it cannot be read; `ENOMEM` if too much is held already.
    pub(crate) fn take(&self, tree: &Tree, dir: &Dir) -> FsResult<Listing> {
        let entries = tree.list(dir)?;
        let before = self.0.fetch_add(entries.len(), Ordering::Relaxed);
        let listing = Listing { entries, held: Arc::clone(&self.0) };
        if before + listing.entries.len() > MAX_ENTRIES {
            return Err(Errno::NOMEM.into());
        }
        Ok(listing)
    }
}

impl Listing {
    /// Its entries, in their order.
    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }
}

impl Drop for Listing {
    fn drop(&mut self) {
        self.held.fetch_sub(self.entries.len(), Ordering::Relaxed);
    }
}
