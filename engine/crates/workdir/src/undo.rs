//! The undo log: what an attempt changed, written down before each change.
//!
//! Records are appended to one file, contents that would be lost are kept beside it. Undoing runs from the last
//! record to the first and cuts the file after each, so that it can itself be interrupted and go on. Nothing is
//! synced: a killed process loses no write, and after a power failure the work directory is not trusted at all.
//!
//! Whatever the attempt made itself is known as such under every name that it is given, so each content of before is
//! kept once, and what is kept never outgrows what was there.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use rustix::io::Errno;

/// The records of one attempt may take this much: undoing reads them into memory. It is enough for changes to a million
/// files.
const MAX_LOG_BYTES: u64 = 64 << 20;

/// One change, as it must be undone. Paths are relative to the promotion's directory.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Record {
    /// Was made: take it away, with all below it.
    Made(PathBuf),
    /// Was changed or removed; its former content is the kept file of this number.
    Kept(PathBuf, u64),
    /// An empty directory was removed.
    DirectoryRemoved(PathBuf),
    /// Was renamed from the first to the second.
    Renamed(PathBuf, PathBuf),
}

/// Writes changes down and undoes them.
#[derive(Debug)]
pub(crate) struct UndoLog {
    /// The promotion's directory, to which paths are relative.
    base: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Where the log and the kept files are. Made with the first record: many an attempt changes nothing.
    dir: PathBuf,
    log: Option<File>,
    log_bytes: u64,
    next_kept: u64,
    /// What the kept files take, and what they may.
    kept_bytes: u64,
    most_kept_bytes: u64,
    /// What this attempt made, or has kept already, by its present name: changes to it need no further record.
    covered: BTreeSet<PathBuf>,
}

impl UndoLog {
    /// A log in `dir`. What this process keeps may take `most_kept_bytes`.
    pub(crate) fn new(base: &Path, dir: &Path, most_kept_bytes: u64) -> Self {
        // A number no other process can use: a worker and its parent may keep files in the same directory.
        let next_kept = u64::from(std::process::id()) << 32;
        let state = State {
            dir: dir.to_owned(),
            log: None,
            log_bytes: 0,
            next_kept,
            kept_bytes: 0,
            most_kept_bytes,
            covered: BTreeSet::new(),
        };
        Self { base: base.to_owned(), state: Mutex::new(state) }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        // A panic while holding the lock leaves at worst a record too many, which undoing tolerates.
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Call before `path` is made.
    pub(crate) fn before_making(&self, path: &Path) -> io::Result<()> {
        let mut state = self.lock();
        if !state.is_covered_by_parent(path) {
            state.append(&Record::Made(path.to_owned()))?;
        }
        // Also beneath a directory of this attempt: older files that move into it end what it says of all that is in it.
        state.covered.insert(path.to_owned());
        Ok(())
    }

    /// Call before the content of the file `path` changes.
    pub(crate) fn before_changing(&self, path: &Path) -> io::Result<()> {
        let mut state = self.lock();
        if state.is_covered(path) {
            return Ok(());
        }
        let full = self.base.join(path);
        let number = state.take_number(&full)?;
        copy_file(&full, &state.kept(number))?;
        state.append(&Record::Kept(path.to_owned(), number))?;
        state.covered.insert(path.to_owned());
        Ok(())
    }

    /// Removes the file or link `path`, in a way that can be undone. Whether it is gone for good, and not kept.
    pub(crate) fn remove_file(&self, path: &Path) -> io::Result<bool> {
        let mut state = self.lock();
        let full = self.base.join(path);
        if state.is_covered(path) {
            // It was made by this attempt, or its former content is kept already.
            state.covered.remove(path);
            return fs::remove_file(full).map(|()| true);
        }
        let number = state.take_number(&full)?;
        state.append(&Record::Kept(path.to_owned(), number))?;
        move_entry(&full, &state.kept(number)).map(|()| false)
    }

    /// Call before the empty directory `path` is removed.
    pub(crate) fn before_removing_dir(&self, path: &Path) -> io::Result<()> {
        let mut state = self.lock();
        if !state.is_covered(path) {
            state.append(&Record::DirectoryRemoved(path.to_owned()))?;
        }
        state.covered.remove(path);
        Ok(())
    }

    /// Call before `from` is renamed to `to`; whatever is at `to` must have been removed before.
    pub(crate) fn before_renaming(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.lock();
        state.append(&Record::Renamed(from.to_owned(), to.to_owned()))?;
        let is_of_this_attempt = state.is_covered(from);
        let _ = state.take_beneath(to);
        for path in state.take_beneath(from) {
            let rest = path.strip_prefix(from).unwrap_or(Path::new(""));
            let moved = if rest.as_os_str().is_empty() { to.to_owned() } else { to.join(rest) };
            state.covered.insert(moved);
        }
        if is_of_this_attempt {
            state.covered.insert(to.to_owned());
        } else {
            // A directory of this attempt that takes in older files no longer speaks for all that is in it.
            for above in to.ancestors() {
                state.covered.remove(above);
            }
        }
        Ok(())
    }

    /// The attempt returned: forgets how to undo it.
    pub(crate) fn forget(dir: &Path) -> io::Result<()> {
        match fs::remove_dir_all(dir) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Undoes everything in the log of `dir`, last change first, and removes the log.
    pub(crate) fn undo(base: &Path, dir: &Path) -> io::Result<()> {
        let log_path = dir.join("log");
        let mut log = match File::options().read(true).write(true).open(&log_path) {
            Ok(log) => log,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Self::forget(dir),
            Err(error) => return Err(error),
        };
        let mut bytes = Vec::new();
        log.read_to_end(&mut bytes)?;
        for (start, record) in Record::parse_all(&bytes).into_iter().rev() {
            record.undo(base, dir)?;
            log.set_len(start)?;
            log.rewind()?;
        }
        Self::forget(dir)
    }
}

impl State {
    fn append(&mut self, record: &Record) -> io::Result<()> {
        let bytes = record.to_bytes();
        let log_bytes = self.log_bytes + bytes.len() as u64;
        if log_bytes > MAX_LOG_BYTES {
            return Err(Errno::DQUOT.into());
        }
        self.open()?.write_all(&bytes)?;
        self.log_bytes = log_bytes;
        Ok(())
    }

    /// The log, made if it is not there yet.
    fn open(&mut self) -> io::Result<&mut File> {
        let log = match self.log.take() {
            Some(log) => log,
            None => {
                fs::create_dir_all(&self.dir)?;
                File::options().append(true).create(true).open(self.dir.join("log"))?
            }
        };
        Ok(self.log.insert(log))
    }

    fn kept(&self, number: u64) -> PathBuf {
        self.dir.join(number.to_string())
    }

    /// A number for keeping the file `path`, if there is room for it.
    fn take_number(&mut self, path: &Path) -> io::Result<u64> {
        let kept_bytes = self.kept_bytes.saturating_add(path.symlink_metadata()?.len());
        if kept_bytes > self.most_kept_bytes {
            return Err(Errno::DQUOT.into());
        }
        self.open()?;
        self.kept_bytes = kept_bytes;
        self.next_kept += 1;
        Ok(self.next_kept)
    }

    /// Takes out what is known of `path` and of everything beneath it.
    fn take_beneath(&mut self, path: &Path) -> Vec<PathBuf> {
        // Paths are ordered by their parts, so those beneath one path follow it.
        let beneath: Vec<PathBuf> = self
            .covered
            .range::<Path, _>((std::ops::Bound::Included(path), std::ops::Bound::Unbounded))
            .take_while(|p| p.starts_with(path))
            .cloned()
            .collect();
        for path in &beneath {
            self.covered.remove(path);
        }
        beneath
    }

    fn is_covered(&self, path: &Path) -> bool {
        path.ancestors().any(|p| self.covered.contains(p))
    }

    fn is_covered_by_parent(&self, path: &Path) -> bool {
        path.parent().is_some_and(|parent| self.is_covered(parent))
    }
}

/// Renames a file or symbolic link; to another file system it is copied. Under its new name it is whole or not there.
fn move_entry(from: &Path, to: &Path) -> io::Result<()> {
    match fs::rename(from, to) {
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {}
        done => return done,
    }
    let name = to.file_name().unwrap_or_default().to_string_lossy();
    let beside = to.with_file_name(format!(".{name}.moving"));
    remove_any(&beside)?;
    if from.symlink_metadata()?.is_symlink() {
        std::os::unix::fs::symlink(fs::read_link(from)?, &beside)?;
    } else {
        copy_file(from, &beside)?;
    }
    fs::rename(&beside, to)?;
    fs::remove_file(from)
}

fn copy_file(from: &Path, to: &Path) -> io::Result<()> {
    let mut source = File::open(from)?;
    let mut target = File::options().write(true).create_new(true).open(to)?;
    io::copy(&mut source, &mut target)?;
    let metadata = source.metadata()?;
    target.set_permissions(metadata.permissions())?;
    target.set_modified(metadata.modified()?)
}

impl Record {
    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut path = |tag: u8, paths: &[&Path], number: u64| {
            bytes.push(tag);
            bytes.extend(number.to_le_bytes());
            for path in paths {
                let name = path.as_os_str().as_bytes();
                bytes.extend(u32::try_from(name.len()).unwrap_or(u32::MAX).to_le_bytes());
                bytes.extend(name);
            }
        };
        match self {
            Self::Made(p) => path(b'M', &[p], 0),
            Self::Kept(p, number) => path(b'K', &[p], *number),
            Self::DirectoryRemoved(p) => path(b'D', &[p], 0),
            Self::Renamed(from, to) => path(b'R', &[from, to], 0),
        }
        bytes
    }

    /// Every whole record with its place. A record cut short belongs to a change that was never made.
    fn parse_all(bytes: &[u8]) -> Vec<(u64, Self)> {
        let mut records = Vec::new();
        let mut rest = bytes;
        while let Some((record, tail)) = Self::parse(rest) {
            records.push(((bytes.len() - rest.len()) as u64, record));
            rest = tail;
        }
        records
    }

    fn parse(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (&tag, rest) = bytes.split_first()?;
        let (number, rest) = rest.split_first_chunk::<8>()?;
        let (first, rest) = Self::parse_path(rest)?;
        Some(match tag {
            b'M' => (Self::Made(first), rest),
            b'K' => (Self::Kept(first, u64::from_le_bytes(*number)), rest),
            b'D' => (Self::DirectoryRemoved(first), rest),
            b'R' => {
                let (second, rest) = Self::parse_path(rest)?;
                (Self::Renamed(first, second), rest)
            }
            _ => return None,
        })
    }

    fn parse_path(bytes: &[u8]) -> Option<(PathBuf, &[u8])> {
        let (length, rest) = bytes.split_first_chunk::<4>()?;
        let (name, rest) = rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
        Some((PathBuf::from(std::ffi::OsString::from_vec(name.to_vec())), rest))
    }

    /// Undoes one change. A change that was recorded and not made, or is undone already, is no error.
    fn undo(&self, base: &Path, dir: &Path) -> io::Result<()> {
        let done = match self {
            Self::Made(path) => remove_any(&base.join(path)),
            Self::Kept(path, number) => {
                let kept = dir.join(number.to_string());
                if kept.symlink_metadata().is_ok() {
                    remove_any(&base.join(path))?;
                    move_entry(&kept, &base.join(path))
                } else {
                    Ok(())
                }
            }
            Self::DirectoryRemoved(path) => match fs::create_dir(base.join(path)) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
                other => other,
            },
            Self::Renamed(from, to) => {
                let (from, to) = (base.join(from), base.join(to));
                if to.symlink_metadata().is_ok() {
                    // What took the old name since then, in a directory of this attempt, has no record of its own.
                    remove_any(&from)?;
                }
                fs::rename(to, from)
            }
        };
        match done {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other,
        }
    }
}

fn remove_any(path: &Path) -> io::Result<()> {
    match path.symlink_metadata() {
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}
