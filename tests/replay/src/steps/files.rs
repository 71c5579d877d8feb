//! Work directories: laying one out as a case says, and reading what a step left.

use std::collections::BTreeMap;
use std::fs::Permissions;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use super::case::{Case, Link};
use super::placeholders::Placeholders;
use crate::folder::{name_of, sorted};

/// The mode of files of which a case says nothing.
const FILE_MODE: u32 = 0o644;

/// The mode of directories.
const DIR_MODE: u32 = 0o755;

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct File {
    pub(super) content: Vec<u8>,
    pub(super) mode: u32,
}

/// What is in a directory, by path.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) files: BTreeMap<String, File>,
    pub(super) links: Vec<Link>,
    pub(super) empty_dirs: Vec<String>,
}

impl Tree {
    /// Everything below a directory; nothing if it is not there.
    pub(super) fn read(dir: &Path) -> Result<Self, String> {
        let mut tree = Self::default();
        if dir.is_dir() {
            tree.read_below(dir, "")?;
        }
        tree.links.sort();
        Ok(tree)
    }

    fn read_below(&mut self, dir: &Path, prefix: &str) -> Result<(), String> {
        for path in sorted(dir)? {
            let failed = |e: std::io::Error| format!("{}: {e}", path.display());
            let name = format!("{prefix}{}", name_of(&path));
            let metadata = path.symlink_metadata().map_err(failed)?;
            if metadata.is_symlink() {
                let target = path.read_link().map_err(failed)?.to_string_lossy().into_owned();
                self.links.push(Link { path: name, target });
            } else if metadata.is_dir() {
                if sorted(&path)?.is_empty() {
                    self.empty_dirs.push(name);
                } else {
                    self.read_below(&path, &format!("{name}/"))?;
                }
            } else {
                let file = File {
                    content: std::fs::read(&path).map_err(failed)?,
                    mode: metadata.permissions().mode() & 0o7777,
                };
                self.files.insert(name, file);
            }
        }
        Ok(())
    }
}

/// Lays out the work directory that a case begins with.
pub(super) fn lay_out(case: &Case, placeholders: &Placeholders, work: &Path) -> Result<(), String> {
    let mut files: BTreeMap<String, Vec<u8>> = Tree::read(&case.dir.join("in"))?
        .files
        .into_iter()
        .map(|(path, file)| (path, file.content))
        .collect();
    for path in &case.templated {
        let content = files.get_mut(path).ok_or_else(|| format!("in/ has no {path}, which is templated"))?;
        let text = std::str::from_utf8(content).map_err(|e| format!("in/{path}: {e}"))?;
        *content = placeholders.fill(text).into_bytes();
    }
    files.extend(case.extra_files.iter().map(|(path, text)| (path.clone(), text.clone().into_bytes())));
    make_dir(work)?;
    for (path, content) in files {
        let mode = case.modes.get(&path).map_or(Ok(FILE_MODE), |text| mode(text))?;
        write(&work.join(&path), &content, mode)?;
    }
    for path in &case.empty_dirs {
        make_dir(&work.join(path))?;
    }
    for link in &case.links {
        let path = work.join(&link.path);
        make_parent(&path)?;
        symlink(&link.target, &path).map_err(|e| format!("{}: {e}", path.display()))?;
    }
    Ok(())
}

/// A mode as cases write it.
pub(super) fn mode(text: &str) -> Result<u32, String> {
    u32::from_str_radix(text, 8).map_err(|_| format!("{text:?} is no mode"))
}

fn write(path: &Path, content: &[u8], mode: u32) -> Result<(), String> {
    make_parent(path)?;
    let failed = |e: std::io::Error| format!("{}: {e}", path.display());
    std::fs::write(path, content).map_err(failed)?;
    // Whatever the umask is.
    std::fs::set_permissions(path, Permissions::from_mode(mode)).map_err(failed)
}

fn make_parent(path: &Path) -> Result<(), String> {
    path.parent().map_or(Ok(()), make_dir)
}

/// Makes a directory, and those above it.
fn make_dir(path: &Path) -> Result<(), String> {
    if path.is_dir() {
        return Ok(());
    }
    make_parent(path)?;
    let made = std::fs::create_dir(path)
        .and_then(|()| std::fs::set_permissions(path, Permissions::from_mode(DIR_MODE)));
    made.map_err(|e| format!("{}: {e}", path.display()))
}
