//! The undo log: what an attempt changed, written down before each change.
//!
//! Records are appended to one file, contents that would be lost are kept beside it. Undoing runs from the last
//! record to the first and cuts the file after each, so that it can itself be interrupted and go on. Nothing is
//! synced: a killed process loses no write, and after a power failure the work directory is not trusted at all.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

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
    /// Where the log and the kept files are.
    dir: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    log: File,
    next_kept: u64,
    /// What this attempt made, or has kept already: changes to it need no further record.
    covered: HashSet<PathBuf>,
}

impl UndoLog {
    /// Opens the log in `dir`, making it if needed.
    pub(crate) fn open(base: &Path, dir: &Path) -> io::Result<Self> {
        fs::create_dir_all(dir)?;
        let log = File::options().read(true).append(true).create(true).open(dir.join("log"))?;
        // A number no other process can use: a worker and its parent may keep files in the same directory.
        let next_kept = u64::from(std::process::id()) << 32;
        let state = State { log, next_kept, covered: HashSet::new() };
        Ok(Self { base: base.to_owned(), dir: dir.to_owned(), state: Mutex::new(state) })
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
            state.covered.insert(path.to_owned());
        }
        Ok(())
    }

    /// Call before the content of the file `path` changes.
    pub(crate) fn before_changing(&self, path: &Path) -> io::Result<()> {
        let mut state = self.lock();
        if state.is_covered(path) {
            return Ok(());
        }
        let number = state.take_number();
        copy_file(&self.base.join(path), &self.kept(number))?;
        state.append(&Record::Kept(path.to_owned(), number))?;
        state.covered.insert(path.to_owned());
        Ok(())
    }

    /// Removes the file or link `path`, in a way that can be undone.
    pub(crate) fn remove_file(&self, path: &Path) -> io::Result<()> {
        let mut state = self.lock();
        let full = self.base.join(path);
        if state.is_covered(path) {
            // It was made by this attempt, or its former content is kept already.
            state.covered.remove(path);
            return fs::remove_file(full);
        }
        let number = state.take_number();
        state.append(&Record::Kept(path.to_owned(), number))?;
        fs::rename(full, self.kept(number))
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
        // What is known of paths beneath either name is no longer true of those names; and a directory of this
        // attempt that takes in older files no longer speaks for all that is in it.
        let moves_older_files = !state.is_covered(from);
        state.covered.retain(|p| {
            !(p.starts_with(from) || p.starts_with(to) || moves_older_files && to.starts_with(p))
        });
        Ok(())
    }

    fn kept(&self, number: u64) -> PathBuf {
        self.dir.join(number.to_string())
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
        self.log.write_all(&record.to_bytes())
    }

    fn take_number(&mut self) -> u64 {
        self.next_kept += 1;
        self.next_kept
    }

    fn is_covered(&self, path: &Path) -> bool {
        path.ancestors().any(|p| self.covered.contains(p))
    }

    fn is_covered_by_parent(&self, path: &Path) -> bool {
        path.parent().is_some_and(|parent| self.is_covered(parent))
    }
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
                    fs::rename(kept, base.join(path))
                } else {
                    Ok(())
                }
            }
            Self::DirectoryRemoved(path) => match fs::create_dir(base.join(path)) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
                other => other,
            },
            Self::Renamed(from, to) => fs::rename(base.join(to), base.join(from)),
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
