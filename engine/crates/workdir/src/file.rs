//! Open files and what is known of files. Growth is charged to the quota before it happens.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use rustix::fs::Timespec;
use rustix::io::Errno;

use crate::error::FsResult;
use crate::quota::Quota;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link.
    Link,
    /// A device, socket or pipe.
    Other,
}

impl FileKind {
    pub(crate) fn of(stat: &rustix::fs::Stat) -> Self {
        use rustix::fs::FileType;
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => Self::File,
            FileType::Directory => Self::Directory,
            FileType::Symlink => Self::Link,
            _ => Self::Other,
        }
    }
}

/// What is known of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stat {
    /// What it is.
    pub kind: FileKind,
    /// Its length in bytes.
    pub len: u64,
    /// The lowest nine bits of its Unix mode.
    pub permissions: u32,
    /// When its content last changed, in nanoseconds since the epoch.
    pub modified_ns: i128,
    /// The inode number, for the host's own comparisons; never shown to a guest.
    pub inode: u64,
    /// Tells files apart. Made from the path within the tree, so that it is the same on every machine.
    pub identity: u64,
}

impl Stat {
    pub(crate) fn new(stat: &rustix::fs::Stat, real: &Path) -> Self {
        Self {
            kind: FileKind::of(stat),
            len: u64::try_from(stat.st_size).unwrap_or(0),
            permissions: stat.st_mode & 0o777,
            modified_ns: i128::from(stat.st_mtime) * 1_000_000_000 + i128::from(stat.st_mtime_nsec),
            inode: stat.st_ino,
            identity: path_identity(real),
        }
    }
}

/// FNV-1a, 64 bits: stable over versions and machines, which std's hashers are not.
fn path_identity(path: &Path) -> u64 {
    use std::os::unix::ffi::OsStrExt as _;
    path.as_os_str()
        .as_bytes()
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// An open file of a tree.
#[derive(Debug, Clone)]
pub struct OpenFile {
    handle: Arc<Handle>,
    path: PathBuf,
    writable: bool,
}

/// An open file of the operating system. If the file has been removed, its last handle gives back what it took.
#[derive(Debug)]
struct Handle {
    file: File,
    inode: u64,
    quota: Arc<Quota>,
}

impl Drop for Handle {
    fn drop(&mut self) {
        let mut open = self.quota.open_files();
        if !open.closed(self.inode) {
            return;
        }
        if let Ok(stat) = rustix::fs::fstat(&self.file)
            && stat.st_nlink == 0
        {
            self.quota.give_back_bytes(u64::try_from(stat.st_size).unwrap_or(0));
        }
    }
}

impl OpenFile {
    pub(crate) fn new(file: File, path: PathBuf, writable: bool, quota: Arc<Quota>) -> FsResult<Self> {
        let inode = rustix::fs::fstat(&file)?.st_ino;
        quota.open_files().opened(inode);
        Ok(Self { handle: Arc::new(Handle { file, inode, quota }), path, writable })
    }

    /// The file's real path within the tree, as it was when it was opened.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it may be written to.
    #[must_use]
    pub fn is_writable(&self) -> bool {
        self.writable
    }

    /// What is known of it.
    ///
    /// # Errors
    /// If the operating system cannot tell.
    pub fn stat(&self) -> FsResult<Stat> {
        Ok(Stat::new(&rustix::fs::fstat(&self.handle.file)?, &self.path))
    }

    /// The file for the operating system's own calls; it reads from the beginning. Never for writing: what is written
    /// through it is neither counted nor undone.
    ///
    /// # Errors
    /// If the operating system has no room for another handle.
    pub fn reader(&self) -> FsResult<File> {
        Ok(self.handle.file.try_clone()?)
    }

    /// The open file, for setting what is not content.
    pub(crate) fn descriptor(&self) -> &File {
        &self.handle.file
    }

    /// Reads into `buffer` from byte `offset`; 0 at the end.
    ///
    /// # Errors
    /// If the operating system refuses.
    pub fn read_at(&self, buffer: &mut [u8], offset: u64) -> FsResult<usize> {
        loop {
            match self.handle.file.read_at(buffer, offset) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => return Ok(other?),
            }
        }
    }

    /// Reads everything, `most` bytes at most.
    ///
    /// # Errors
    /// `EFBIG` if there is more.
    pub fn read_all(&self, most: u64) -> FsResult<Vec<u8>> {
        let len = self.stat()?.len;
        if len > most {
            return Err(Errno::FBIG.into());
        }
        let mut content = vec![0; usize::try_from(len).unwrap_or(usize::MAX)];
        let mut filled = 0;
        while filled < content.len() {
            match self.read_at(&mut content[filled..], filled as u64)? {
                0 => break,
                read => filled += read,
            }
        }
        content.truncate(filled);
        Ok(content)
    }

    /// Writes all of `bytes` at byte `offset`.
    ///
    /// # Errors
    /// If it is not writable, the quota is used up, or the operating system refuses.
    pub fn write_at(&self, bytes: &[u8], offset: u64) -> FsResult<()> {
        self.check_writable()?;
        let end = offset.checked_add(bytes.len() as u64).ok_or(Errno::FBIG)?;
        self.grow_to(end)?;
        Ok(self.handle.file.write_all_at(bytes, offset)?)
    }

    /// Writes all of `bytes` at the end and tells where that was.
    ///
    /// # Errors
    /// As [`OpenFile::write_at`].
    pub fn append(&self, bytes: &[u8]) -> FsResult<u64> {
        let end = self.stat()?.len;
        self.write_at(bytes, end)?;
        Ok(end)
    }

    /// Makes the file `len` bytes long.
    ///
    /// # Errors
    /// As [`OpenFile::write_at`].
    pub fn set_len(&self, len: u64) -> FsResult<()> {
        self.check_writable()?;
        let before = self.stat()?.len;
        self.grow_to(len)?;
        self.handle.file.set_len(len)?;
        self.handle.quota.give_back_bytes(before.saturating_sub(len));
        Ok(())
    }

    /// Sets when it was last read and changed; `None` leaves a time as it is.
    ///
    /// # Errors
    /// If the operating system refuses.
    pub fn set_times(&self, accessed: Option<SystemTime>, modified: Option<SystemTime>) -> FsResult<()> {
        let times =
            rustix::fs::Timestamps { last_access: timespec(accessed), last_modification: timespec(modified) };
        Ok(rustix::fs::futimens(&self.handle.file, &times)?)
    }

    fn check_writable(&self) -> FsResult<()> {
        if self.writable { Ok(()) } else { Err(Errno::BADF.into()) }
    }

    /// Takes from the quota what the file will have more than now.
    fn grow_to(&self, len: u64) -> FsResult<()> {
        let before = self.stat()?.len;
        self.handle.quota.take_bytes(len.saturating_sub(before))
    }
}

pub(crate) fn timespec(time: Option<SystemTime>) -> Timespec {
    let omit = Timespec { tv_sec: 0, tv_nsec: rustix::fs::UTIME_OMIT };
    let Some(time) = time else { return omit };
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => Timespec {
            tv_sec: i64::try_from(after.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: i64::from(after.subsec_nanos()),
        },
        Err(_) => Timespec { tv_sec: 0, tv_nsec: 0 },
    }
}
