//! What a path means that is to be deleted. Unlike elsewhere, a path that leads out of the work directory does not stop there: what
//! would be deleted then is not what was meant.

use std::io;
use std::path::{Path, PathBuf};

use windlass_step::Context;

/// Links on the way to one place: more of them mean a circle.
const MAX_LINKS: usize = 255;

/// Where `text` leads, the links on the way followed, but for one at its end; none if nothing is there.
///
/// # Errors
/// If it leads out of the work directory or names the work directory itself; if links go round in a circle, or a file is taken for
/// a directory.
pub(crate) fn of(text: &str, context: &Context) -> io::Result<Option<PathBuf>> {
    let mut parts = Vec::new();
    for part in parts_of(text) {
        if part != ".." {
            parts.push(part);
        } else if parts.pop().is_none() {
            return Err(escape());
        }
    }
    let Some(name) = parts.pop() else { return Err(escape()) };
    let Some(parent) = directory(&parts, context)? else { return Ok(None) };
    let place = parent.join(name);
    match place.symlink_metadata() {
        Ok(_) => Ok(Some(place)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Where a link leads; none if nothing is there.
///
/// # Errors
/// As [`of`]; if it leads to the work directory itself, that is none.
pub(crate) fn behind(link: &Path, context: &Context) -> io::Result<Option<PathBuf>> {
    let text = link.strip_prefix(context.work_dir()).unwrap_or(link).to_string_lossy().into_owned();
    directory(&parts_of(&text).collect::<Vec<_>>(), context)
}

/// The directory at which the parts of a path end, all links followed; none if it is not there.
fn directory(parts: &[&str], context: &Context) -> io::Result<Option<PathBuf>> {
    let root = context.work_dir();
    let mut place = root.to_owned();
    let mut left: Vec<String> = parts.iter().rev().map(|part| (*part).to_owned()).collect();
    let mut links = 0;
    while let Some(part) = left.pop() {
        if part == ".." {
            if place == root {
                return Err(escape());
            }
            place.pop();
            continue;
        }
        place.push(&part);
        match place.symlink_metadata() {
            Ok(found) if found.is_symlink() => {}
            Ok(found) if found.is_dir() || left.is_empty() => continue,
            Ok(_) => return Err(io::ErrorKind::NotADirectory.into()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        }
        links += 1;
        if links > MAX_LINKS {
            return Err(io::Error::other("too many levels of symbolic links"));
        }
        let target = std::fs::read_link(&place)?;
        if target.has_root() {
            return Err(escape());
        }
        place.pop();
        let target = target.to_string_lossy();
        left.extend(parts_of(&target).map(ToOwned::to_owned).collect::<Vec<_>>().into_iter().rev());
    }
    Ok(Some(place))
}

/// The parts of a path that lead anywhere.
fn parts_of(text: &str) -> impl Iterator<Item = &str> {
    text.split('/').filter(|part| !matches!(*part, "" | "."))
}

/// The error of a path that leads out of the work directory.
pub(crate) fn escape() -> io::Error {
    io::Error::other("path attempts to traverse outside the working directory")
}
