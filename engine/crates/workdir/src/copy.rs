//! Copying a file within a tree, with as few calls of the operating system as it takes.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use rustix::fs::{Mode, OFlags, ResolveFlags, fchmod};
use rustix::io::Errno;

use crate::error::{FsError, FsResult};
use crate::file::{FileKind, Stat};
use crate::tree::{Dir, Follow, OpenMode, Tree};

/// A file is copied in pieces of this many bytes.
const PIECE_BYTES: u64 = 256 << 10;

/// A file that is about to be copied.
#[derive(Debug)]
pub struct ToCopy {
    file: File,
    stat: Stat,
}

impl Tree {
    /// Opens the file `name` in `dir` for copying it.
    ///
    /// # Errors
    /// If it is not there, or is no regular file; a symbolic link is none.
    pub fn open_to_copy(&self, dir: &Dir, name: &Path) -> FsResult<ToCopy> {
        // Opening a pipe to read from it does not wait.
        let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK;
        let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
        let file = File::from(rustix::fs::openat2(&*dir.fd, name, flags, Mode::empty(), resolve)?);
        let stat = Stat::new(&rustix::fs::fstat(&file)?, &dir.path.join(name));
        match stat.kind {
            FileKind::File => Ok(ToCopy { file, stat }),
            FileKind::Directory => Err(Errno::ISDIR.into()),
            FileKind::Link => Err(Errno::LOOP.into()),
            FileKind::Other => Err(FsError::Unsupported("special files")),
        }
    }

    /// Copies the file to `name` in `dir`: its content and its permissions. A file that is there is replaced, unless it is
    /// the same one.
    ///
    /// # Errors
    /// If something else than a file is there, a symbolic link included, or the quota is used up.
    pub fn copy_to(&self, from: &ToCopy, dir: &Dir, name: &Path, buffer: &mut Vec<u8>) -> FsResult<()> {
        let place = self.place(dir, name)?;
        let there = match self.stat_place(&place) {
            Ok(stat) => Some(stat),
            Err(error) if error.is_not_found() => None,
            Err(error) => return Err(error),
        };
        let (copy, permissions) = match there {
            Some(stat) if stat.kind == FileKind::File && stat.inode == from.stat.inode => return Ok(()),
            Some(stat) => {
                let mode = OpenMode { write: true, truncate: true, ..OpenMode::default() };
                (self.open_file(dir, name, Follow::No, mode)?, stat.permissions)
            }
            None => (self.make_at(&place, from.stat.permissions)?, from.stat.permissions),
        };
        let mut at = 0;
        while at < from.stat.len {
            let piece = usize::try_from((from.stat.len - at).min(PIECE_BYTES)).unwrap_or(usize::MAX);
            buffer.resize(buffer.len().max(piece), 0);
            let read = match from.file.read_at(&mut buffer[..piece], at) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error.into()),
            };
            copy.write_at(&buffer[..read], at)?;
            at += read as u64;
        }
        if permissions != from.stat.permissions {
            fchmod(copy.descriptor(), Mode::from_raw_mode(from.stat.permissions))?;
        }
        Ok(())
    }
}
