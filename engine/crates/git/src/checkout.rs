//! Writing a tree into the work directory, through the recorded directory and without following any link.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use git2::{Index, IndexEntry, IndexTime, ObjectType, Oid, Repository};
use windlass_model::call::{CallError, WorkPath};
use windlass_workdir::{Dir, Follow, FsError, Stat, Tree};

use crate::error::{failed, file_failed};
use crate::sparse::Sparse;

/// What stands in a worktree where Git's own directory would be. Nothing ever reads it.
pub(crate) const MARKER: &str =
    "The Git state of this worktree is kept by Windlass, outside of the work directory.\n";

const MODE_FILE: i32 = 0o100_644;
const MODE_EXECUTABLE: i32 = 0o100_755;
const MODE_LINK: i32 = 0o120_000;
pub(crate) const MODE_SUBMODULE: i32 = 0o160_000;

/// A submodule that a tree names.
#[derive(Debug, Clone)]
pub(crate) struct SubmoduleAt {
    pub(crate) path: PathBuf,
    pub(crate) commit: Oid,
}

/// What a checkout wrote.
#[derive(Default)]
pub(crate) struct Written {
    pub(crate) entries: Vec<IndexEntry>,
    pub(crate) submodules: Vec<SubmoduleAt>,
}

/// Makes the directory of a new worktree. As with `git worktree add`, it may be there only if it is empty.
pub(crate) fn make_root(work: &Tree, path: &WorkPath) -> Result<Dir, CallError> {
    let in_the_way = |what: &str| {
        CallError::new(
            windlass_model::call::ErrorKind::AlreadyExists,
            "git-path-exists",
            format!("error adding work tree {path}: {what}"),
        )
    };
    let dir = work.make_dirs_no_links(Path::new(path.as_str())).map_err(|error| match &error {
        windlass_workdir::FsError::Escape => in_the_way("a symbolic link is in the way"),
        error if error.errno() == Some(rustix::io::Errno::NOTDIR.raw_os_error()) => {
            in_the_way("a file is in the way")
        }
        error => file_failed(Path::new(path.as_str()), error),
    })?;
    let entries = work.list(&dir).map_err(|e| file_failed(Path::new(path.as_str()), &e))?;
    if entries.is_empty() {
        Ok(dir)
    } else {
        Err(in_the_way("the directory is not empty; clear or delete it first"))
    }
}

/// Writes every file of `tree` into `root`.
pub(crate) fn write_tree(
    repository: &Repository,
    tree: Oid,
    work: &Tree,
    root: &Dir,
    sparse: &Sparse,
    stop: &dyn Fn() -> bool,
) -> Result<Written, CallError> {
    let mut written = Written::default();
    let mut open = vec![(tree, root.clone(), PathBuf::new())];
    while let Some((oid, dir, prefix)) = open.pop() {
        let tree = repository.find_tree(oid).map_err(|e| failed("a tree", &e))?;
        for entry in &tree {
            if stop() {
                return Err(CallError::cancelled());
            }
            let name = Path::new(OsStr::from_bytes(entry.name_bytes()));
            let path = entry_path(&prefix, &entry)?;
            let wrong = |error: FsError| write_failed(&path, &error);
            if entry.filemode() == MODE_SUBMODULE {
                work.make_dir(&dir, name).map_err(wrong)?;
                written.submodules.push(SubmoduleAt { path: path.clone(), commit: entry.id() });
                written.entries.push(index_entry(&path, entry.id(), MODE_SUBMODULE, None));
            } else if entry.kind() == Some(ObjectType::Tree) {
                if sparse.has_dir(&path) {
                    work.make_dir(&dir, name).map_err(wrong)?;
                    let below = work.open_dir_no_links(&dir.path().join(name)).map_err(wrong)?;
                    open.push((entry.id(), below, path));
                } else {
                    add_absent(repository, entry.id(), &path, &mut written)?;
                }
            } else {
                let stat = if sparse.has_file(&path) {
                    Some(write_content(repository, entry.id(), entry.filemode(), work, &dir, &path)?)
                } else {
                    None
                };
                written.entries.push(index_entry(&path, entry.id(), entry.filemode(), stat.as_ref()));
            }
        }
    }
    Ok(written)
}

/// The path of an entry of the tree at `prefix`.
fn entry_path(prefix: &Path, entry: &git2::TreeEntry<'_>) -> Result<PathBuf, CallError> {
    let name = entry.name_bytes();
    let path = prefix.join(OsStr::from_bytes(name));
    if name.contains(&b'/') {
        return Err(unsafe_path(&path, "which is never checked out"));
    }
    check_path(&path).map(|()| path)
}

/// Git itself refuses such names; a tree that has them was made to do harm.
pub(crate) fn check_path(path: &Path) -> Result<(), CallError> {
    let is_harmful = |name: &[u8]| matches!(name, b"" | b"." | b"..") || name.eq_ignore_ascii_case(b".git");
    if path.as_os_str().as_bytes().split(|byte| *byte == b'/').any(is_harmful) {
        return Err(unsafe_path(path, "which is never checked out"));
    }
    Ok(())
}

fn unsafe_path(path: &Path, why: &str) -> CallError {
    let message = format!("the repository holds the path {:?}, {why}", path.display().to_string());
    CallError::invalid("git-unsafe-path", message)
}

/// Where nothing was, something can only be because the tree names it twice, such as a link and a directory.
fn write_failed(path: &Path, error: &FsError) -> CallError {
    if error.errno() == Some(rustix::io::Errno::EXIST.raw_os_error()) {
        return unsafe_path(path, "more than once");
    }
    file_failed(path, error)
}

/// Enters what a sparse checkout leaves out into the index all the same, so that it stays in the next commit.
fn add_absent(
    repository: &Repository,
    tree: Oid,
    prefix: &Path,
    written: &mut Written,
) -> Result<(), CallError> {
    let mut open = vec![(tree, prefix.to_owned())];
    while let Some((oid, prefix)) = open.pop() {
        let tree = repository.find_tree(oid).map_err(|e| failed("a tree", &e))?;
        for entry in &tree {
            let path = entry_path(&prefix, &entry)?;
            if entry.kind() == Some(ObjectType::Tree) {
                open.push((entry.id(), path));
            } else {
                written.entries.push(index_entry(&path, entry.id(), entry.filemode(), None));
            }
        }
    }
    Ok(())
}

/// Writes the blob `oid` as the file or link in `dir` that is at `path` in the worktree.
pub(crate) fn write_content(
    repository: &Repository,
    oid: Oid,
    mode: i32,
    work: &Tree,
    dir: &Dir,
    path: &Path,
) -> Result<Stat, CallError> {
    let name = Path::new(path.file_name().unwrap_or_default());
    let blob = repository.find_blob(oid).map_err(|e| failed("a file", &e))?;
    let wrong = |e| write_failed(path, &e);
    if mode == MODE_LINK {
        let target = Path::new(OsStr::from_bytes(blob.content()));
        work.make_link(dir, target, name).map_err(wrong)?;
    } else {
        let permissions = if mode == MODE_EXECUTABLE { 0o755 } else { 0o644 };
        work.write_whole(dir, name, blob.content(), permissions).map_err(wrong)?;
    }
    work.stat(dir, name, Follow::No).map_err(wrong)
}

/// The entry of a file in the index; without `stat` it will be compared by content.
pub(crate) fn index_entry(path: &Path, id: Oid, mode: i32, stat: Option<&Stat>) -> IndexEntry {
    let (modified, inode, len) = match stat {
        Some(stat) => (split_time(stat.modified_ns), stat.inode, stat.len),
        None => (IndexTime::new(0, 0), 0, 0),
    };
    IndexEntry {
        ctime: IndexTime::new(0, 0),
        mtime: modified,
        dev: 0,
        // Indexes have 32 bits for these; the low ones tell files apart well enough beside the time.
        ino: u32::try_from(inode & 0xffff_ffff).unwrap_or(0),
        mode: mode.cast_unsigned(),
        uid: 0,
        gid: 0,
        file_size: u32::try_from(len & 0xffff_ffff).unwrap_or(0),
        id,
        flags: 0,
        flags_extended: 0,
        path: path.as_os_str().as_bytes().to_vec(),
    }
}

fn split_time(ns: i128) -> IndexTime {
    let seconds = i32::try_from((ns / 1_000_000_000) & 0x7fff_ffff).unwrap_or(0);
    IndexTime::new(seconds, u32::try_from(ns % 1_000_000_000).unwrap_or(0))
}

/// Whether a file is as it was when `entry` was made, as far as its stat tells.
pub(crate) fn is_unchanged(entry: &IndexEntry, stat: &Stat, compared_ns: i128) -> bool {
    /// Clocks of file systems step this far; a file changed in the same step may look unchanged.
    const STEP_NS: i128 = 20_000_000;
    let now = index_entry(Path::new(""), entry.id, mode_of(stat), Some(stat));
    entry.mtime.seconds() == now.mtime.seconds()
        && entry.mtime.nanoseconds() == now.mtime.nanoseconds()
        && entry.ino == now.ino
        && entry.file_size == now.file_size
        && entry.mode == now.mode
        && stat.modified_ns + STEP_NS < compared_ns
}

/// The mode Git gives a file.
pub(crate) fn mode_of(stat: &Stat) -> i32 {
    match stat.kind {
        windlass_workdir::FileKind::Link => MODE_LINK,
        _ if stat.permissions & 0o100 != 0 => MODE_EXECUTABLE,
        _ => MODE_FILE,
    }
}

/// Whether an index entry is a submodule.
pub(crate) fn is_submodule(entry: &IndexEntry) -> bool {
    entry.mode == MODE_SUBMODULE.cast_unsigned()
}

/// An index of these entries.
pub(crate) fn index_of(entries: &[IndexEntry]) -> Result<Index, CallError> {
    let mut index = Index::new().map_err(|e| failed("the index", &e))?;
    for entry in entries {
        index.add(entry).map_err(|e| failed("the index", &e))?;
    }
    Ok(index)
}
