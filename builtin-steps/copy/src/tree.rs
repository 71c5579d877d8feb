//! Copies files in the order of their names, many at once.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use windlass_step::Context;
use windlass_versions::IgnoreRules;

/// So many files are copied at once.
const AT_ONCE: usize = 500;

/// A copy that is being made.
pub(crate) struct Copying<'c> {
    context: &'c Context,
    /// Files that are still to be copied.
    waiting: Vec<(PathBuf, PathBuf)>,
    /// Links in the place where the copy is made.
    links: BTreeSet<PathBuf>,
}

/// Something to copy, by its path in the directory.
struct Entry {
    path: String,
    is_dir: bool,
}

impl<'c> Copying<'c> {
    pub(crate) fn new(context: &'c Context) -> Self {
        Self { context, waiting: Vec::new(), links: BTreeSet::new() }
    }

    /// Copies a single file.
    pub(crate) fn file(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        if let Some(parent) = to.parent() {
            fs::create_dir_all(parent)?;
        }
        self.copy_file(from, to)
    }

    /// Copies a directory and what is in it.
    pub(crate) fn tree(&mut self, from: &Path, to: &Path, rules: &IgnoreRules) -> io::Result<()> {
        if let Some(parent) = to.parent() {
            fs::create_dir_all(parent)?;
        }
        // The last one is the next.
        let mut waiting = vec![Entry { path: String::new(), is_dir: true }];
        while let Some(entry) = waiting.pop() {
            let (source, place) = if entry.path.is_empty() {
                (from.to_owned(), to.to_owned())
            } else {
                (from.join(&entry.path), to.join(&entry.path))
            };
            if entry.is_dir {
                self.make_dir(&place)?;
                waiting.extend(entries(&source, &entry.path, rules)?);
            } else if !self.is_the_same(&source, &place)? {
                self.copy_file(&source, &place)?;
            }
        }
        Ok(())
    }

    /// Copies what is left to be copied.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.copy_waiting()
    }

    /// Notes a file down to be copied with others.
    fn copy_file(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        self.waiting.push((from.to_owned(), self.meant(to)?));
        if self.waiting.len() < AT_ONCE { Ok(()) } else { self.copy_waiting() }
    }

    fn copy_waiting(&mut self) -> io::Result<()> {
        let copies = std::mem::take(&mut self.waiting);
        self.context.copy_files(&copies).map_err(|error| io::Error::other(error.message))
    }

    /// Makes a directory, unless it is there; then notes the links that are in it.
    fn make_dir(&mut self, path: &Path) -> io::Result<()> {
        match fs::create_dir(path) {
            Ok(()) => return Ok(()),
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            Err(_) => {}
        }
        if !fs::metadata(path)?.is_dir() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            if entry.file_type()?.is_symlink() {
                self.links.insert(entry.path());
            }
        }
        Ok(())
    }

    /// Whether a link makes the place of a copy the very file that is copied.
    fn is_the_same(&self, source: &Path, place: &Path) -> io::Result<bool> {
        Ok(!self.links.is_empty() && self.meant(place)? == source)
    }

    /// The place behind the links on the way.
    fn meant(&self, place: &Path) -> io::Result<PathBuf> {
        if !place.ancestors().any(|path| self.links.contains(path)) {
            return Ok(place.to_owned());
        }
        let text = place.strip_prefix(self.context.work_dir()).unwrap_or(place).to_string_lossy();
        self.context.resolve(&text)
    }
}

/// What of a directory is copied, the first by name last. `path` is its own.
fn entries(dir: &Path, path: &str, rules: &IgnoreRules) -> io::Result<Vec<Entry>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if !kind.is_dir() && !kind.is_file() {
            continue;
        }
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let path = if path.is_empty() { name.into_owned() } else { format!("{path}/{name}") };
        let parts: Vec<&str> = path.split('/').collect();
        if !rules.ignores(&parts, kind.is_dir()) {
            found.push(Entry { is_dir: kind.is_dir(), path });
        }
    }
    found.sort_by(|a, b| b.path.cmp(&a.path));
    Ok(found)
}
