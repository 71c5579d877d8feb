//! What `git add` and `git rm` do: bringing the index to what is in the work directory, or emptying both.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use git2::{Index, IndexEntry, Oid, Repository};
use windlass_model::call::{CallError, WorkPath};
use windlass_workdir::{AttemptDir, Dir, FileKind, FsError, Stat};

use crate::checkout::{index_entry, is_submodule, is_unchanged, mode_of};
use crate::error::{failed, file_failed};
use crate::ignored::Ignored;
use crate::sparse::Sparse;
use crate::state::{Found, Worktrees, index_time, load_index, save_index};

/// A file larger than this is not committed: it would have to be held in memory.
const MAX_FILE_BYTES: u64 = 512 << 20;

/// A worktree with its index, to be compared and changed.
pub(crate) struct Staging<'a> {
    pub(crate) dir: &'a AttemptDir,
    pub(crate) found: Found,
    pub(crate) repository: Repository,
    pub(crate) index: Index,
    /// Worktrees that lie within this one and are none of its files.
    nested: HashSet<PathBuf>,
    stop: &'a dyn Fn() -> bool,
}

impl<'a> Staging<'a> {
    /// Opens the worktree that `path` is or lies in.
    pub(crate) fn open(
        dir: &'a AttemptDir,
        path: &WorkPath,
        stop: &'a dyn Fn() -> bool,
    ) -> Result<Self, CallError> {
        let all = Worktrees::load(dir)?;
        let found = all.find(path)?;
        let root = Path::new(found.root.as_str()).to_owned();
        let nested = all
            .by_path
            .keys()
            .filter_map(|other| Path::new(other.as_str()).strip_prefix(&root).ok())
            .filter(|below| !below.as_os_str().is_empty())
            .map(Path::to_owned)
            .collect();
        let repository = crate::repository::open(dir.base(), &found.state.url)?;
        let index = load_index(dir, found.state.index)?;
        Ok(Self { dir, found, repository, index, nested, stop })
    }

    /// `git add .` in the directory of the path: the index becomes what the files are.
    pub(crate) fn add_all(&mut self) -> Result<(), CallError> {
        let sparse = Sparse::new(&self.found.state.sparse);
        let below = self.found.below.clone();
        let mut seen = HashSet::new();
        match self.open_below(&below) {
            Ok(start) => self.add_dir(&start, &below, &mut seen)?,
            Err(error) if error.is_not_found() => {}
            Err(error) => return Err(self.not_opened(&below, &error)),
        }
        for entry in self.tracked_below(&below) {
            let path = entry_path(&entry);
            if !seen.contains(&path) && sparse.has_file(&path) {
                self.index.remove(&path, 0).map_err(|e| failed("the index", &e))?;
            }
        }
        Ok(())
    }

    /// `git rm -rf .` after `git add .`: every file that is or could be tracked goes, ignored ones stay.
    pub(crate) fn clear(&mut self) -> Result<(), CallError> {
        self.add_all()?;
        let sparse = Sparse::new(&self.found.state.sparse);
        let below = self.found.below.clone();
        let root = self.root()?;
        let mut parents = HashSet::new();
        for entry in self.tracked_below(&below) {
            let path = entry_path(&entry);
            if !sparse.has_file(&path) {
                continue;
            }
            self.index.remove(&path, 0).map_err(|e| failed("the index", &e))?;
            self.remove_path(&root, &path)?;
            parents.extend(path.ancestors().skip(1).map(Path::to_owned));
        }
        // Directories that are empty now go too, but not the one the command runs in.
        let mut parents: Vec<PathBuf> =
            parents.into_iter().filter(|p| p.starts_with(&below) && *p != below).collect();
        parents.sort_by_key(|p| std::cmp::Reverse(p.components().count()));
        for parent in parents {
            // A directory that still has ignored files stays.
            let _ = self.dir.work.remove_dir(&root, &parent);
        }
        Ok(())
    }

    fn remove_path(&self, root: &Dir, path: &Path) -> Result<(), CallError> {
        // A directory on the way may have become a link: nothing is removed through it.
        let parent = path.parent().unwrap_or(Path::new(""));
        let Ok(dir) = self.dir.work.open_dir_no_links(&root.path().join(parent)) else { return Ok(()) };
        let Some(name) = path.file_name() else { return Ok(()) };
        self.dir.work.remove_all(&dir, Path::new(name)).map_err(|e| file_failed(path, &e))
    }

    /// The worktree's own directory.
    pub(crate) fn root(&self) -> Result<Dir, CallError> {
        self.open_below(Path::new("")).map_err(|e| self.not_opened(Path::new(""), &e))
    }

    fn not_opened(&self, below: &Path, error: &FsError) -> CallError {
        let path: PathBuf = Path::new(self.found.root.as_str()).join(below).components().collect();
        match error {
            FsError::Escape => CallError::denied(
                "path-escapes",
                format!("{} has become a symbolic link, which is never followed", path.display()),
            ),
            error => file_failed(&path, error),
        }
    }

    fn open_below(&self, below: &Path) -> Result<Dir, FsError> {
        self.dir.work.open_dir_no_links(&Path::new(self.found.root.as_str()).join(below))
    }

    fn add_dir(&mut self, start: &Dir, below: &Path, seen: &mut HashSet<PathBuf>) -> Result<(), CallError> {
        // The patterns of the directories above the start hold as well.
        let mut patterns = Ignored::default();
        for ancestor in below.ancestors().collect::<Vec<_>>().into_iter().rev().filter(|a| *a != below) {
            if let Ok(dir) = self.open_below(ancestor) {
                patterns = patterns.entered(self.dir, &dir, ancestor);
            }
        }
        let mut open = vec![(start.clone(), below.to_owned(), patterns, false)];
        while let Some((dir, prefix, outer, ignored)) = open.pop() {
            let patterns = outer.entered(self.dir, &dir, &prefix);
            for entry in self.dir.work.list(&dir).map_err(|e| file_failed(&prefix, &e))? {
                if (self.stop)() {
                    return Err(CallError::cancelled());
                }
                let path = prefix.join(&entry.name);
                if entry.name.as_bytes().eq_ignore_ascii_case(b".git") || self.nested.contains(&path) {
                    continue;
                }
                let is_dir = entry.kind == FileKind::Directory;
                let ignored = ignored || patterns.matches(&path, is_dir);
                match entry.kind {
                    // What is in a submodule belongs to another repository.
                    FileKind::Directory if self.is_submodule(&path) => {
                        seen.insert(path);
                    }
                    FileKind::Directory if !ignored || self.tracks_below(&path) => {
                        let real = dir.path().join(&entry.name);
                        let below = self.dir.work.open_dir_no_links(&real);
                        open.push((
                            below.map_err(|e| file_failed(&path, &e))?,
                            path,
                            patterns.clone(),
                            ignored,
                        ));
                    }
                    FileKind::File | FileKind::Link if !ignored || self.tracks(&path) => {
                        self.add_file(&dir, Path::new(&entry.name), &path)?;
                        seen.insert(path);
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }

    fn add_file(&mut self, dir: &Dir, name: &Path, path: &Path) -> Result<(), CallError> {
        let wrong = |e| file_failed(path, &e);
        let stat = self.dir.work.stat(dir, name, windlass_workdir::Follow::No).map_err(wrong)?;
        let known = self.index.get_path(path, 0);
        if let Some(entry) = &known
            && is_unchanged(entry, &stat, self.found.state.compared_ns)
        {
            return Ok(());
        }
        let oid = self.store(dir, name, path, &stat)?;
        let entry = index_entry(path, oid, mode_of(&stat), Some(&stat));
        if known.is_none() {
            self.remove_clashing(path)?;
        }
        self.index.add(&entry).map_err(|e| failed("the index", &e))
    }

    fn store(&self, dir: &Dir, name: &Path, path: &Path, stat: &Stat) -> Result<Oid, CallError> {
        let wrong = |e| file_failed(path, &e);
        let content = match stat.kind {
            FileKind::Link => {
                self.dir.work.read_link(dir, name).map_err(wrong)?.into_os_string().into_encoded_bytes()
            }
            _ => self.dir.work.read_whole(dir, name, MAX_FILE_BYTES).map_err(wrong)?,
        };
        self.repository.blob(&content).map_err(|e| failed("a file", &e))
    }

    /// A file in the place of a directory, or the other way round.
    fn remove_clashing(&mut self, path: &Path) -> Result<(), CallError> {
        for ancestor in path.ancestors().skip(1).filter(|a| !a.as_os_str().is_empty()) {
            if self.index.get_path(ancestor, 0).is_some() {
                self.index.remove(ancestor, 0).map_err(|e| failed("the index", &e))?;
            }
        }
        if self.tracks_below(path) {
            for entry in self.tracked_below(path) {
                self.index.remove(&entry_path(&entry), 0).map_err(|e| failed("the index", &e))?;
            }
        }
        Ok(())
    }

    /// Stores the index and the state of the worktree.
    pub(crate) fn save(mut self) -> Result<(), CallError> {
        save_index(self.dir, self.found.state.index, &self.index)?;
        self.found.state.compared_ns = index_time(self.dir, self.found.state.index)?;
        Worktrees::update(self.dir, &self.found.root, self.found.state)
    }

    fn tracks(&self, path: &Path) -> bool {
        self.index.get_path(path, 0).is_some()
    }

    fn is_submodule(&self, path: &Path) -> bool {
        self.index.get_path(path, 0).is_some_and(|entry| is_submodule(&entry))
    }

    fn tracks_below(&self, path: &Path) -> bool {
        self.index.find_prefix(path.join("")).is_ok()
    }

    fn tracked_below(&self, below: &Path) -> Vec<IndexEntry> {
        let whole = below.as_os_str().is_empty();
        self.index
            .iter()
            .filter(|entry| {
                let path = entry_path(entry);
                whole || (path.starts_with(below) && path != below)
            })
            .collect()
    }

    /// The tree that the index makes.
    pub(crate) fn write_tree(&mut self) -> Result<Oid, CallError> {
        self.index.write_tree_to(&self.repository).map_err(|e| failed("the index", &e))
    }

    /// The tree of the commit that is checked out.
    pub(crate) fn head_tree(&self) -> Result<Oid, CallError> {
        let oid = oid(&self.found.state.commit)?;
        let commit = self.repository.find_commit(oid).map_err(|e| failed("the head commit", &e))?;
        Ok(commit.tree_id())
    }
}

fn entry_path(entry: &IndexEntry) -> PathBuf {
    PathBuf::from(OsStr::from_bytes(&entry.path))
}

/// libgit2's form of a commit id.
pub(crate) fn oid(id: &windlass_model::digest::CommitId) -> Result<Oid, CallError> {
    Oid::from_bytes(id.as_bytes()).map_err(|e| failed("a commit id", &e))
}

/// Our form of a commit id.
pub(crate) fn commit_id(oid: Oid) -> Result<windlass_model::digest::CommitId, CallError> {
    let bytes = <[u8; 20]>::try_from(oid.as_bytes())
        .map_err(|_| CallError::invalid("git-sha256", "repositories with SHA-256 ids are not supported"))?;
    Ok(windlass_model::digest::CommitId::from_bytes(bytes))
}
