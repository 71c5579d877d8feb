//! Changes to a tree: making, removing and renaming. Each is recorded for undoing and counted against the quota.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rustix::fs::{AtFlags, Mode};
use rustix::io::Errno;

use crate::error::{FsError, FsResult};
use crate::file::{FileKind, timespec};
use crate::tree::{Dir, Follow, OpenMode, Place, Tree};

impl Tree {
    /// Makes the directory `path`.
    ///
    /// # Errors
    /// If it is there already, its parent is not, or the quota is used up.
    pub fn make_dir(&self, from: &Dir, path: &Path) -> FsResult<()> {
        if path.file_name().is_none() && self.open_dir(from, path).is_ok() {
            // `.` and `..`
            return Err(Errno::EXIST.into());
        }
        let place = self.place(from, path)?;
        if self.stat_place(&place).is_ok() {
            return Err(Errno::EXIST.into());
        }
        self.quota.take_file()?;
        let made = self.record_making(&place.path()).and_then(|()| {
            Ok(rustix::fs::mkdirat(&*place.parent.fd, &place.name, Mode::from_raw_mode(0o755))?)
        });
        if made.is_err() {
            self.quota.give_back_files(1);
        }
        made
    }

    /// Makes the symbolic link `path` with the text `target`. Where it points to matters only when it is followed.
    ///
    /// # Errors
    /// If something is there already, or the quota is used up.
    pub fn make_link(&self, from: &Dir, target: &Path, path: &Path) -> FsResult<()> {
        let place = self.place(from, path)?;
        if self.stat_place(&place).is_ok() {
            return Err(Errno::EXIST.into());
        }
        self.quota.take_file()?;
        let made = self
            .record_making(&place.path())
            .and_then(|()| Ok(rustix::fs::symlinkat(target, &*place.parent.fd, &place.name)?));
        if made.is_err() {
            self.quota.give_back_files(1);
        }
        made
    }

    /// Removes the file or symbolic link `path`.
    ///
    /// # Errors
    /// If it is not there or is a directory.
    pub fn remove_file(&self, from: &Dir, path: &Path) -> FsResult<()> {
        let place = self.place(from, path)?;
        let stat = self.stat_place(&place)?;
        if stat.kind == FileKind::Directory {
            return Err(Errno::ISDIR.into());
        }
        let open = self.quota.open_files();
        let is_gone = match self.undo() {
            Some(undo) => undo.remove_file(&self.undo_path(&place.path()))?,
            None => rustix::fs::unlinkat(&*place.parent.fd, &place.name, AtFlags::empty()).map(|()| true)?,
        };
        self.quota.give_back_files(1);
        // What is still open takes room until it is closed.
        if stat.kind == FileKind::File && !(is_gone && open.is_open(stat.inode)) {
            self.quota.give_back_bytes(stat.len);
        }
        Ok(())
    }

    /// Removes the empty directory `path`.
    ///
    /// # Errors
    /// If it is not there, is no directory, or is not empty.
    pub fn remove_dir(&self, from: &Dir, path: &Path) -> FsResult<()> {
        let place = self.place(from, path)?;
        if self.stat_place(&place)?.kind != FileKind::Directory {
            return Err(Errno::NOTDIR.into());
        }
        if !self.list(&self.open_dir(&place.parent, &place.name)?)?.is_empty() {
            return Err(Errno::NOTEMPTY.into());
        }
        if let Some(undo) = self.undo() {
            undo.before_removing_dir(&self.undo_path(&place.path()))?;
        }
        rustix::fs::unlinkat(&*place.parent.fd, &place.name, AtFlags::REMOVEDIR)?;
        self.quota.give_back_files(1);
        Ok(())
    }

    /// Renames `from_path` to `to_path`; a file or empty directory there is replaced, as rename(2) does.
    ///
    /// # Errors
    /// If there is nothing to rename, or what is at the new name cannot be replaced.
    pub fn rename(&self, from: &Dir, from_path: &Path, to: &Dir, to_path: &Path) -> FsResult<()> {
        let source = self.place(from, from_path)?;
        let target = self.place(to, to_path)?;
        let (old, new) = (source.path(), target.path());
        let kind = self.stat_place(&source)?.kind;
        if old == new {
            return Ok(());
        }
        if new.starts_with(&old) {
            return Err(Errno::INVAL.into());
        }
        self.clear_for_rename(&target, kind)?;
        if let Some(undo) = self.undo() {
            undo.before_renaming(&self.undo_path(&old), &self.undo_path(&new))?;
        }
        Ok(rustix::fs::renameat(&*source.parent.fd, &source.name, &*target.parent.fd, &target.name)?)
    }

    fn clear_for_rename(&self, target: &Place, kind: FileKind) -> FsResult<()> {
        let there = match self.stat_place(target) {
            Ok(stat) => stat.kind,
            Err(error) if error.is_not_found() => return Ok(()),
            Err(error) => return Err(error),
        };
        match (kind, there) {
            (FileKind::Directory, FileKind::Directory) => self.remove_dir(&target.parent, &target.name),
            (FileKind::Directory, _) => Err(Errno::NOTDIR.into()),
            (_, FileKind::Directory) => Err(Errno::ISDIR.into()),
            _ => self.remove_file(&target.parent, &target.name),
        }
    }

    /// Sets when `path` was last read and changed; `None` leaves a time as it is.
    ///
    /// # Errors
    /// If it is not there.
    pub fn set_times(
        &self,
        from: &Dir,
        path: &Path,
        follow: Follow,
        accessed: Option<SystemTime>,
        modified: Option<SystemTime>,
    ) -> FsResult<()> {
        let (_, real) = self.locate(from, path, follow)?;
        let times =
            rustix::fs::Timestamps { last_access: timespec(accessed), last_modification: timespec(modified) };
        if real.as_os_str().is_empty() {
            return Ok(());
        }
        let place = self.place(&self.root, &real)?;
        Ok(rustix::fs::utimensat(&*place.parent.fd, &place.name, &times, AtFlags::SYMLINK_NOFOLLOW)?)
    }

    /// Gives the file `path` other permissions, the lowest nine bits of a Unix mode.
    ///
    /// # Errors
    /// If it is not there or is no regular file.
    pub fn set_permissions(&self, from: &Dir, path: &Path, permissions: u32) -> FsResult<()> {
        let place = self.place(from, path)?;
        let stat = self.stat_place(&place)?;
        if stat.kind != FileKind::File {
            return Err(FsError::Unsupported("permissions of anything but files"));
        }
        let permissions = permissions & 0o777;
        if stat.permissions == permissions {
            return Ok(());
        }
        if let Some(undo) = self.undo() {
            undo.before_changing(&self.undo_path(&place.path()))?;
        }
        let mode = Mode::from_raw_mode(permissions);
        Ok(rustix::fs::chmodat(&*place.parent.fd, &place.name, mode, AtFlags::empty())?)
    }

    /// Makes the directory `path` of the tree and those above it, following no symbolic link.
    ///
    /// # Errors
    /// [`crate::FsError::Escape`] if a symbolic link, and `ENOTDIR` if a file stands in the way.
    pub fn make_dirs_no_links(&self, path: &Path) -> FsResult<Dir> {
        let mut dir = self.root.clone();
        for part in path.components() {
            let name = Path::new(part.as_os_str());
            let next = dir.path().join(name);
            match self.open_dir_no_links(&next) {
                Ok(found) => dir = found,
                Err(error) if error.is_not_found() => {
                    self.make_dir(&dir, name)?;
                    dir = self.open_dir_no_links(&next)?;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(dir)
    }

    /// Writes the whole file `name` in `dir`, in the place of whatever file or link is there.
    ///
    /// # Errors
    /// If a directory is there, or the quota is used up.
    pub fn write_whole(&self, dir: &Dir, name: &Path, content: &[u8], permissions: u32) -> FsResult<()> {
        let place = self.place(dir, name)?;
        match self.stat_place(&place) {
            Ok(stat) if stat.kind == FileKind::Directory => return Err(Errno::ISDIR.into()),
            Ok(_) => self.remove_file(dir, name)?,
            Err(error) if error.is_not_found() => {}
            Err(error) => return Err(error),
        }
        self.make_file(dir, name, permissions)?.write_at(content, 0)
    }

    /// Reads the whole file `name` in `dir`, `most` bytes at most, following no symbolic link.
    ///
    /// # Errors
    /// If it is not there, is no regular file, or is longer.
    pub fn read_whole(&self, dir: &Dir, name: &Path, most: u64) -> FsResult<Vec<u8>> {
        self.open_file(dir, name, Follow::No, OpenMode::default())?.read_all(most)
    }

    /// Removes `name` in `dir` with everything beneath it; symbolic links are removed, not followed. Nothing there
    /// is no error.
    ///
    /// # Errors
    /// If the operating system refuses.
    pub fn remove_all(&self, dir: &Dir, name: &Path) -> FsResult<()> {
        let place = self.place(dir, name)?;
        let kind = match self.stat_place(&place) {
            Ok(stat) => stat.kind,
            Err(error) if error.is_not_found() => return Ok(()),
            Err(error) => return Err(error),
        };
        if kind != FileKind::Directory {
            return self.remove_file(dir, name);
        }
        let below = self.open_dir_no_links(&place.path())?;
        let mut dirs: Vec<PathBuf> = Vec::new();
        for (path, stat) in self.walk(&below, |_| true)? {
            if stat.kind == FileKind::Directory {
                dirs.push(path);
            } else {
                self.remove_file(&below, &path)?;
            }
        }
        for path in dirs.into_iter().rev() {
            self.remove_dir(&below, &path)?;
        }
        self.remove_dir(dir, name)
    }
}
