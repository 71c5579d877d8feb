//! What fits a pattern. Directories are read below the part of the pattern that has nothing special in it.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use windlass_step::Context;
use windlass_versions::Glob;

use crate::{Refusal, place};

/// Entries of directories that are looked at for one pattern, so that links to and fro come to an end.
const MAX_ENTRIES: usize = 1_000_000;

/// What begins something special in a pattern.
const SPECIAL: [char; 5] = ['*', '?', '[', '{', '\\'];

/// All that fits a pattern, links on the way followed as far as they stay in the work directory.
pub(crate) fn find(text: &str, context: &Context) -> Result<BTreeSet<PathBuf>, Refusal> {
    let pattern = text.strip_prefix("./").unwrap_or(text);
    let (pattern, dirs_only) = match pattern.strip_suffix('/') {
        Some(rest) => (rest, true),
        None => (pattern, false),
    };
    let fits = Fits::parse(pattern)
        .map_err(|reason| Refusal::Pattern(format!("invalid glob pattern {text:?}: {reason}")))?;
    // It also fits the work directory itself.
    if pattern.split('/').all(|part| part == "**") || pattern == "." {
        return Err(Refusal::Other(place::escape().to_string()));
    }
    let mut search = Search { fits, dirs_only, context, found: BTreeSet::new(), entries: 0 };
    let searched = search.run(pattern);
    searched.map_err(|error| Refusal::Other(format!("could not search for {text:?}: {error}")))?;
    Ok(search.found)
}

/// What a pattern fits.
struct Fits {
    whole: Glob,
    /// Of a pattern that ends in `/**`, which is about directories: what is before that, and what fits all that is beneath.
    dirs: Option<(Glob, Glob)>,
}

impl Fits {
    fn parse(pattern: &str) -> Result<Self, String> {
        if has_slash_in_class(pattern) {
            return Err("a class stands for a letter of a name, and holds a slash".to_owned());
        }
        let parse = |text: &str| Glob::parse(text).map_err(|error| error.to_string());
        let dirs = match pattern.strip_suffix("/**") {
            Some(dirs) => Some((parse(dirs)?, parse(&format!("{pattern}/*"))?)),
            None => None,
        };
        Ok(Self { whole: parse(pattern)?, dirs })
    }

    fn fit(&self, name: &str, is_dir: bool) -> bool {
        match &self.dirs {
            None => self.whole.matches(name),
            Some((dirs, _)) if is_dir => dirs.matches(name) || self.whole.matches(name),
            Some((_, beneath)) => beneath.matches(name),
        }
    }
}

/// Whether a class such as `[a-z]` spans names.
fn has_slash_in_class(pattern: &str) -> bool {
    let (mut is_in_class, mut letters) = (false, pattern.chars());
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => drop(letters.next()),
            '[' => is_in_class = true,
            ']' => is_in_class = false,
            '/' if is_in_class => return true,
            _ => {}
        }
    }
    false
}

struct Search<'c> {
    fits: Fits,
    dirs_only: bool,
    context: &'c Context,
    found: BTreeSet<PathBuf>,
    entries: usize,
}

/// A directory to be read.
struct Dir {
    /// What the pattern knows it as; empty for the work directory.
    name: String,
    /// Where it is, all links followed.
    place: PathBuf,
    /// The places of those above it.
    above: Vec<PathBuf>,
}

impl Search<'_> {
    fn run(&mut self, pattern: &str) -> io::Result<()> {
        let plain = pattern.find(SPECIAL).map_or(pattern, |at| &pattern[..at]);
        let base = plain.rsplit_once('/').map_or("", |(base, _)| base);
        // What is no plain path fits nothing.
        let is_plain = |part: &str| !matches!(part, "" | "." | "..");
        if pattern.starts_with('/') || (!base.is_empty() && !base.split('/').all(is_plain)) {
            return Ok(());
        }
        let depth = if pattern.contains("**") { usize::MAX } else { pattern.matches('/').count() };
        let start = self.context.path(base);
        let Some(place) = self.inside(&start) else { return Ok(()) };
        if !base.is_empty() && place.is_dir() && self.fits.fit(base, true) {
            self.found.extend(place::of(base, self.context)?);
        }
        let mut waiting = vec![Dir { name: base.to_owned(), place, above: Vec::new() }];
        while let Some(dir) = waiting.pop() {
            self.read(&dir, depth, &mut waiting)?;
        }
        Ok(())
    }

    /// Notes what fits in a directory, and the directories in it that are to be read.
    fn read(&mut self, dir: &Dir, depth: usize, waiting: &mut Vec<Dir>) -> io::Result<()> {
        let entries = match fs::read_dir(&dir.place) {
            Ok(entries) => entries,
            Err(error) if is_nothing(&error) => return Ok(()),
            Err(error) => return Err(error),
        };
        for entry in entries {
            self.entries += 1;
            if self.entries > MAX_ENTRIES {
                return Err(io::Error::other("too many files, or links in a circle"));
            }
            let entry = entry?;
            let file_name = entry.file_name();
            let part = file_name.to_string_lossy();
            let name = if dir.name.is_empty() { part.into_owned() } else { format!("{}/{part}", dir.name) };
            let (place, kind) = (entry.path(), entry.file_type()?);
            let real = if kind.is_symlink() { self.inside(&place) } else { Some(place.clone()) };
            let is_dir =
                if kind.is_symlink() { real.as_deref().is_some_and(Path::is_dir) } else { kind.is_dir() };
            if self.fits.fit(&name, is_dir) && (is_dir || !self.dirs_only) {
                self.found.insert(place);
            }
            let Some(real) = real.filter(|_| is_dir) else { continue };
            if name.matches('/').count() < depth && real != dir.place && !dir.above.contains(&real) {
                let above = dir.above.iter().chain([&dir.place]).cloned().collect();
                waiting.push(Dir { name, place: real, above });
            }
        }
        Ok(())
    }

    /// Where a path leads; none if to nothing, or out of the work directory.
    fn inside(&self, path: &Path) -> Option<PathBuf> {
        place::behind(path, self.context).unwrap_or(None)
    }
}

fn is_nothing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}
