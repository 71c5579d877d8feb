//! Listing directories, always in the same order.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{Dir as RawDir, Mode, OFlags};

use crate::error::FsResult;
use crate::file::{FileKind, Stat};
use crate::quota::DiskUsage;
use crate::tree::{Dir, Tree};

/// One entry of a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: OsString,
    /// What it is.
    pub kind: FileKind,
}

impl Tree {
    /// The entries of `dir` without `.` and `..`, by name in byte order, so that a listing is the same on every
    /// machine.
    ///
    /// # Errors
    /// If the operating system refuses.
    pub fn list(&self, dir: &Dir) -> FsResult<Vec<Entry>> {
        // The directory's own descriptor only names it; this one reads it, with a position of its own.
        let fd = rustix::fs::openat(
            &*dir.fd,
            ".",
            OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC,
            Mode::empty(),
        )?;
        let mut entries = Vec::new();
        for entry in RawDir::new(fd)? {
            let entry = entry?;
            let name = std::ffi::OsStr::from_bytes(entry.file_name().to_bytes());
            if name == "." || name == ".." {
                continue;
            }
            let kind = match entry.file_type() {
                rustix::fs::FileType::RegularFile => FileKind::File,
                rustix::fs::FileType::Directory => FileKind::Directory,
                rustix::fs::FileType::Symlink => FileKind::Link,
                rustix::fs::FileType::Unknown => {
                    self.stat(dir, Path::new(name), crate::tree::Follow::No)?.kind
                }
                _ => FileKind::Other,
            };
            entries.push(Entry { name: name.to_owned(), kind });
        }
        entries.sort_by(|a, b| a.name.as_bytes().cmp(b.name.as_bytes()));
        Ok(entries)
    }

    /// Everything beneath `dir`, directories before what is in them, each level by name; symbolic links are not
    /// followed. Paths are relative to `dir`. `enter` may keep the walk out of directories.
    ///
    /// # Errors
    /// If a directory cannot be read.
    pub fn walk(&self, dir: &Dir, mut enter: impl FnMut(&Path) -> bool) -> FsResult<Vec<(PathBuf, Stat)>> {
        let mut found = Vec::new();
        // What waits is held by path: a descriptor each would be as many as the widest level has directories.
        let mut waiting = vec![PathBuf::new()];
        while let Some(prefix) = waiting.pop() {
            let at = match prefix.as_os_str().is_empty() {
                true => dir.clone(),
                false => self.open_dir_no_links(&dir.path().join(&prefix))?,
            };
            let mut below = Vec::new();
            for entry in self.list(&at)? {
                let path = prefix.join(&entry.name);
                let stat = self.stat(&at, Path::new(&entry.name), crate::tree::Follow::No)?;
                let is_dir = stat.kind == FileKind::Directory;
                if is_dir && !enter(&path) {
                    continue;
                }
                if is_dir {
                    below.push(path.clone());
                }
                found.push((path, stat));
            }
            // The last pushed is the next visited: reversed, so that names come in order.
            waiting.extend(below.into_iter().rev());
        }
        Ok(found)
    }

    /// What the whole tree takes, by looking at every file.
    ///
    /// # Errors
    /// If a directory cannot be read.
    pub fn measure(&self) -> FsResult<DiskUsage> {
        let mut usage = DiskUsage::default();
        for (_, stat) in self.walk(self.root(), |_| true)? {
            usage.files += 1;
            if stat.kind == FileKind::File {
                usage.bytes += stat.len;
            }
        }
        Ok(usage)
    }
}
