//! A directory tree of which nothing but what lies beneath it can be named.
//!
//! Two kinds of callers: guests, whose paths are resolved as WASI asks (symbolic links are followed, but never out
//! of the tree), and the host's own work such as checkouts, which follows no symbolic link at all.

use std::fs::File;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{AtFlags, Mode, OFlags, ResolveFlags};
use rustix::io::Errno;

use crate::error::{FsError, FsResult};
use crate::file::{FileKind, OpenFile, Stat};
use crate::quota::Quota;
use crate::undo::UndoLog;

/// Whether a symbolic link at the end of a path is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Follow {
    /// It is.
    Yes,
    /// It is not.
    No,
}

/// How a file is opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OpenMode {
    /// It may be written to.
    pub write: bool,
    /// It is made if it is not there.
    pub create: bool,
    /// It must not be there yet; only with `create`.
    pub exclusive: bool,
    /// Its content is dropped; only with `write`.
    pub truncate: bool,
}

/// An open directory of a tree.
#[derive(Debug, Clone)]
pub struct Dir {
    pub(crate) fd: Arc<OwnedFd>,
    /// Its real path within the tree; empty for the root.
    pub(crate) path: PathBuf,
}

impl Dir {
    /// The directory's real path within the tree; empty for the root.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// A directory tree with its quota and its undo log.
#[derive(Debug)]
pub struct Tree {
    pub(crate) root: Dir,
    /// The tree's name within the promotion's directory, the first part of undo paths.
    area: PathBuf,
    pub(crate) quota: Arc<Quota>,
    undo: Option<Arc<UndoLog>>,
}

/// The parent directory and the name of a path's last part.
pub(crate) struct Place {
    pub(crate) parent: Dir,
    pub(crate) name: PathBuf,
}

impl Place {
    pub(crate) fn path(&self) -> PathBuf {
        self.parent.path.join(&self.name)
    }
}

impl Tree {
    pub(crate) fn open(
        base: &Path,
        area: &str,
        quota: Arc<Quota>,
        undo: Option<Arc<UndoLog>>,
    ) -> FsResult<Self> {
        let fd = rustix::fs::open(
            base.join(area),
            OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC,
            Mode::empty(),
        )?;
        let root = Dir { fd: Arc::new(fd), path: PathBuf::new() };
        Ok(Self { root, area: area.into(), quota, undo })
    }

    /// The tree's root.
    #[must_use]
    pub fn root(&self) -> &Dir {
        &self.root
    }

    /// The quota, shared by the trees of one attempt.
    #[must_use]
    pub fn quota(&self) -> &Quota {
        &self.quota
    }

    pub(crate) fn undo(&self) -> Option<&UndoLog> {
        self.undo.as_deref()
    }

    /// The path by which the undo log knows `path`.
    pub(crate) fn undo_path(&self, path: &Path) -> PathBuf {
        self.area.join(path)
    }

    /// Opens what `path` names, seen from `from`, without any right but to look at it.
    pub(crate) fn locate(&self, from: &Dir, path: &Path, follow: Follow) -> FsResult<(OwnedFd, PathBuf)> {
        let path = relative(path)?;
        let end = if follow == Follow::No { OFlags::NOFOLLOW } else { OFlags::empty() };
        let flags = OFlags::PATH | OFlags::CLOEXEC | end;
        // Most paths hold no symbolic link; then the path as written is the real one.
        let plain = rustix::fs::openat2(
            &from.fd,
            path,
            flags,
            Mode::empty(),
            ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS,
        );
        match plain {
            Ok(fd) => Ok((fd, clean_join(&from.path, path))),
            Err(Errno::LOOP) => {
                let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
                let fd = rustix::fs::openat2(&from.fd, path, flags, Mode::empty(), resolve)?;
                let real = self.real_path(&fd)?;
                Ok((fd, real))
            }
            Err(errno) => Err(errno.into()),
        }
    }

    /// Where an open file is now, within the tree.
    fn real_path(&self, fd: &OwnedFd) -> FsResult<PathBuf> {
        let of = |fd: &OwnedFd| -> FsResult<PathBuf> {
            use std::os::fd::AsRawFd as _;
            Ok(std::fs::read_link(format!("/proc/self/fd/{}", fd.as_raw_fd()))?)
        };
        let root = of(&self.root.fd)?;
        of(fd)?.strip_prefix(&root).map(Path::to_owned).map_err(|_| FsError::Escape)
    }

    /// The directory in which the last part of `path` lies, and that part.
    pub(crate) fn place(&self, from: &Dir, path: &Path) -> FsResult<Place> {
        let path = relative(path)?;
        let name = match path.components().next_back() {
            Some(Component::Normal(name)) => PathBuf::from(name),
            _ => return Err(Errno::INVAL.into()),
        };
        let parent = path.parent().filter(|p| !p.as_os_str().is_empty());
        let parent = match parent {
            None => from.clone(),
            Some(parent) => self.open_dir(from, parent)?,
        };
        Ok(Place { parent, name })
    }

    /// Opens the directory `path`.
    ///
    /// # Errors
    /// If it is not there, is no directory, or lies outside the tree.
    pub fn open_dir(&self, from: &Dir, path: &Path) -> FsResult<Dir> {
        let (fd, path) = self.locate(from, path, Follow::Yes)?;
        if FileKind::of(&rustix::fs::fstat(&fd)?) != FileKind::Directory {
            return Err(Errno::NOTDIR.into());
        }
        Ok(Dir { fd: Arc::new(fd), path })
    }

    /// Opens the directory `path` of the tree without following any symbolic link: how the host itself gets about.
    ///
    /// # Errors
    /// As [`Tree::open_dir`]; a symbolic link on the way is [`FsError::Escape`].
    pub fn open_dir_no_links(&self, path: &Path) -> FsResult<Dir> {
        if path.as_os_str().is_empty() {
            return Ok(self.root.clone());
        }
        let path = relative(path)?;
        let fd = rustix::fs::openat2(
            &self.root.fd,
            path,
            OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC,
            Mode::empty(),
            ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS,
        )
        .map_err(|errno| if errno == Errno::LOOP { FsError::Escape } else { errno.into() })?;
        Ok(Dir { fd: Arc::new(fd), path: clean_join(Path::new(""), path) })
    }

    /// What is known of `path`.
    ///
    /// # Errors
    /// If it is not there or lies outside the tree.
    pub fn stat(&self, from: &Dir, path: &Path, follow: Follow) -> FsResult<Stat> {
        let (fd, real) = self.locate(from, path, follow)?;
        Ok(Stat::new(&rustix::fs::fstat(&fd)?, &real))
    }

    /// What is known of an open directory.
    ///
    /// # Errors
    /// If the operating system cannot tell.
    pub fn stat_dir(&self, dir: &Dir) -> FsResult<Stat> {
        Ok(Stat::new(&rustix::fs::fstat(&*dir.fd)?, &dir.path))
    }

    /// Where the symbolic link `path` points to.
    ///
    /// # Errors
    /// If it is no symbolic link.
    pub fn read_link(&self, from: &Dir, path: &Path) -> FsResult<PathBuf> {
        let place = self.place(from, path)?;
        let target = rustix::fs::readlinkat(&*place.parent.fd, &place.name, Vec::new())?;
        Ok(PathBuf::from(std::ffi::OsStr::from_bytes(target.as_bytes())))
    }

    /// Opens the file `path`.
    ///
    /// # Errors
    /// If it is not there (and not to be made), is there (and must not be), is no regular file, lies outside the
    /// tree, or the quota is used up.
    pub fn open_file(&self, from: &Dir, path: &Path, follow: Follow, mode: OpenMode) -> FsResult<OpenFile> {
        match self.locate(from, path, follow) {
            Ok((fd, real)) => {
                if mode.create && mode.exclusive {
                    return Err(Errno::EXIST.into());
                }
                self.open_existing(&fd, real, mode)
            }
            Err(error) if error.is_not_found() && mode.create => self.make_file(from, path, 0o644),
            Err(error) => Err(error),
        }
    }

    fn open_existing(&self, fd: &OwnedFd, real: PathBuf, mode: OpenMode) -> FsResult<OpenFile> {
        let stat = Stat::new(&rustix::fs::fstat(fd)?, &real);
        match stat.kind {
            FileKind::File => {}
            FileKind::Directory => return Err(Errno::ISDIR.into()),
            FileKind::Link => return Err(Errno::LOOP.into()),
            FileKind::Other => return Err(FsError::Unsupported("special files")),
        }
        if mode.write
            && let Some(undo) = self.undo()
        {
            undo.before_changing(&self.undo_path(&real))?;
        }
        let place = self.place(&self.root, &real)?;
        let access = if mode.write { OFlags::RDWR } else { OFlags::RDONLY };
        let file = rustix::fs::openat2(
            &*place.parent.fd,
            &place.name,
            access | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK,
            Mode::empty(),
            ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS,
        )?;
        let file = OpenFile::new(File::from(file), real, mode.write, Arc::clone(&self.quota))?;
        if mode.truncate && mode.write {
            file.set_len(0)?;
        }
        Ok(file)
    }

    /// Makes the file `path`, which must not be there. `permissions` are the lowest nine bits of a Unix mode.
    pub(crate) fn make_file(&self, from: &Dir, path: &Path, permissions: u32) -> FsResult<OpenFile> {
        let place = self.place(from, path)?;
        if self.stat_place(&place).is_ok() {
            // Only a dangling link gets here. Nothing may be recorded as made that was there before.
            return Err(Errno::NOENT.into());
        }
        self.make_at(&place, permissions)
    }

    /// Makes the file of a place at which there is nothing.
    pub(crate) fn make_at(&self, place: &Place, permissions: u32) -> FsResult<OpenFile> {
        let real = place.path();
        self.quota.take_file()?;
        let made = self.record_making(&real).and_then(|()| {
            let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC | OFlags::NOFOLLOW;
            let mode = Mode::from_raw_mode(permissions);
            let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
            Ok(rustix::fs::openat2(&*place.parent.fd, &place.name, flags, mode, resolve)?)
        });
        match made {
            Ok(fd) => {
                if permissions & 0o777 != 0o644 {
                    rustix::fs::fchmod(&fd, Mode::from_raw_mode(permissions))?;
                }
                OpenFile::new(File::from(fd), real, true, Arc::clone(&self.quota))
            }
            Err(error) => {
                self.quota.give_back_files(1);
                Err(error)
            }
        }
    }

    pub(crate) fn record_making(&self, real: &Path) -> FsResult<()> {
        if let Some(undo) = self.undo() {
            undo.before_making(&self.undo_path(real))?;
        }
        Ok(())
    }

    pub(crate) fn stat_place(&self, place: &Place) -> FsResult<Stat> {
        let stat = rustix::fs::statat(place.parent.fd.as_fd(), &place.name, AtFlags::SYMLINK_NOFOLLOW)?;
        Ok(Stat::new(&stat, &place.path()))
    }
}

/// Refuses absolute and empty paths; the kernel does the rest.
fn relative(path: &Path) -> FsResult<&Path> {
    if path.as_os_str().is_empty() {
        return Err(Errno::NOENT.into());
    }
    if path.is_absolute() {
        return Err(FsError::Escape);
    }
    if path.as_os_str().as_bytes().contains(&0) {
        return Err(Errno::INVAL.into());
    }
    Ok(path)
}

/// Joins two paths that are known to hold no symbolic links, taking `.` and `..` away.
fn clean_join(from: &Path, path: &Path) -> PathBuf {
    let mut clean = from.to_owned();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                clean.pop();
            }
            Component::Normal(name) => clean.push(name),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    clean
}
