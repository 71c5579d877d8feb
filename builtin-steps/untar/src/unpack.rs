//! Unpacks entries into a directory. What an archive brings may lead from one place in it to another, and nowhere else.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use windlass_step::Context;

use crate::archive::{Archive, Entry, Kind};
use crate::names;

/// A single file may have this much.
const MAX_FILE_LEN: u64 = 50 << 20;

/// All files together may have this much.
const MAX_LEN: u64 = 100 << 20;

/// What Unix takes from the permissions of new files: others than the owner may not write.
const TAKEN: u32 = 0o022;

/// Permissions are set for so many files at once.
const AT_ONCE: usize = 500;

/// A directory that is being filled.
pub(crate) struct Unpacking<'c> {
    dir: &'c Path,
    context: &'c Context,
    /// Bytes of files so far.
    len: u64,
    dirs: BTreeSet<PathBuf>,
    permissions: BTreeMap<PathBuf, u32>,
    has_links: bool,
}

impl<'c> Unpacking<'c> {
    /// Begins to fill the directory `dir`, which is empty.
    pub(crate) fn new(dir: &'c Path, context: &'c Context) -> Self {
        Self {
            dir,
            context,
            len: 0,
            dirs: BTreeSet::from([dir.to_owned()]),
            permissions: BTreeMap::new(),
            has_links: false,
        }
    }

    /// Adds an entry at the place with these parts.
    pub(crate) fn add(
        &mut self,
        parts: &[&str],
        entry: &Entry,
        archive: &mut Archive<impl Read>,
    ) -> Result<(), String> {
        let (above, is_itself) = (&parts[..parts.len().saturating_sub(1)], parts.is_empty());
        if entry.kind == Kind::Other || (is_itself && entry.kind != Kind::File) {
            return Ok(());
        }
        let name = &entry.name;
        let dir = self.place(above).map_err(|e| format!("failed to create directory for {name}: {e}"))?;
        let Some(dir) = dir else { return Ok(()) };
        self.make_dir(&dir).map_err(|e| format!("failed to create directory for {name}: {e}"))?;
        match entry.kind {
            Kind::Directory => {
                let place =
                    self.place(parts).map_err(|e| format!("failed to create directory {name}: {e}"))?;
                let made = place.map_or(Ok(()), |place| self.make_dir(&place));
                made.map_err(|e| format!("failed to create directory {name}: {e}"))
            }
            Kind::Link => self.add_link(&dir, parts, entry),
            Kind::File | Kind::Other => self.add_file(parts, entry, archive),
        }
    }

    /// Gives all files their permissions.
    pub(crate) fn finish(self) -> Result<(), String> {
        let changes: Vec<(PathBuf, u32)> = self.permissions.into_iter().collect();
        for changes in changes.chunks(AT_ONCE) {
            self.context
                .set_permissions(changes)
                .map_err(|e| format!("failed to set permissions: {}", e.message))?;
        }
        Ok(())
    }

    /// Where something is, links followed; none if that is not in the directory.
    fn place(&self, parts: &[&str]) -> io::Result<Option<PathBuf>> {
        let place = self.dir.join(parts.join("/"));
        if !self.has_links {
            return Ok(Some(place));
        }
        let text =
            place.strip_prefix(self.context.work_dir()).unwrap_or(&place).to_string_lossy().into_owned();
        Ok(Some(self.context.resolve(&text)?).filter(|place| place.starts_with(self.dir)))
    }

    fn make_dir(&mut self, path: &Path) -> io::Result<()> {
        if !self.dirs.contains(path) {
            fs::create_dir_all(path)?;
            self.dirs.insert(path.to_owned());
        }
        Ok(())
    }

    fn add_link(&mut self, dir: &Path, parts: &[&str], entry: &Entry) -> Result<(), String> {
        let Some((name, above)) = parts.split_last() else { return Ok(()) };
        if !names::is_within(&entry.target) || !names::stays(above, &entry.target) {
            return Ok(());
        }
        match self.context.make_link(Path::new(&entry.target), &dir.join(name)) {
            Ok(()) => self.has_links = true,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(format!("failed to create symlink {}: {error}", entry.name)),
        }
        Ok(())
    }

    fn add_file(
        &mut self,
        parts: &[&str],
        entry: &Entry,
        archive: &mut Archive<impl Read>,
    ) -> Result<(), String> {
        let name = &entry.name;
        if entry.size > MAX_FILE_LEN {
            return Err(format!(
                "extraction aborted: file {name} exceeds size limit of {MAX_FILE_LEN} bytes"
            ));
        }
        self.len += entry.size;
        if self.len > MAX_LEN {
            return Err(format!("extraction aborted: total size would exceed limit of {MAX_LEN} bytes"));
        }
        let not_made = |e: io::Error| format!("failed to create file {name}: {e}");
        let Some(place) = self.place(parts).map_err(not_made)? else { return Ok(()) };
        let mut file = File::create(&place).map_err(not_made)?;
        archive.copy(&mut file).map_err(|e| format!("failed to write to file {name}: {e}"))?;
        self.permissions.entry(place).or_insert(entry.permissions & !TAKEN);
        Ok(())
    }
}
