//! Where a file may be written: beneath the work directory, through no symbolic link, and outside of Git's own files.

use std::path::PathBuf;

use windlass_step::Context;

/// Git's own directory, or the file that marks a worktree.
const GIT: &str = ".git";

/// The parts of a path in the work directory, without detours.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Place<'t>(Vec<&'t str>);

impl<'t> Place<'t> {
    /// The place that a text names, read by its letters alone.
    ///
    /// # Errors
    /// If the text is absolute, leads outside, or into Git's own directory.
    pub(crate) fn of(text: &'t str) -> Result<Self, String> {
        if text.starts_with('/') {
            return Err(format!("path {text:?} must be relative to the work directory"));
        }
        let mut parts = Vec::new();
        for part in text.split('/').filter(|part| !matches!(*part, "" | ".")) {
            if part != ".." {
                parts.push(part);
            } else if parts.pop().is_none() {
                return Err(format!("path {text:?} attempts to traverse outside the working directory"));
            }
        }
        if parts.first() == Some(&GIT) {
            return Err(format!("writing to the .git directory is forbidden: {text:?}"));
        }
        Ok(Self(parts))
    }

    /// The file's full path.
    ///
    /// # Errors
    /// If a link is on the way or in its place; if something is there already that may not be replaced.
    pub(crate) fn resolve(&self, text: &str, overwrite: bool, context: &Context) -> Result<PathBuf, String> {
        let file =
            context.resolve(text).map_err(|error| format!("could not secure join path {text:?}: {error}"))?;
        let plain = self.0.join("/");
        if file != context.path(&plain) {
            let meant = file.strip_prefix(context.work_dir()).unwrap_or(&file).display();
            return Err(format!(
                "path {text:?} resolves to a different path \"{meant}\" (symlinks are forbidden)"
            ));
        }
        match file.symlink_metadata() {
            Ok(_) if !overwrite => {
                Err(format!("file {text:?} already exists; set overwrite to true to replace it"))
            }
            Ok(found) if found.is_file() && self.0.last() == Some(&GIT) => {
                Err(format!("replacing the .git file of a worktree is forbidden: {text:?}"))
            }
            _ => Ok(file),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_without_detours() {
        for (text, parts) in [
            ("a.txt", vec!["a.txt"]),
            ("./a//b/", vec!["a", "b"]),
            ("a/../b", vec!["b"]),
            (".", vec![]),
            ("a/.git/x", vec!["a", ".git", "x"]),
            (".github/x", vec![".github", "x"]),
            ("...", vec!["..."]),
        ] {
            assert_eq!(Place::of(text), Ok(Place(parts)), "{text}");
        }
    }

    #[test]
    fn other_places_are_refused() {
        for (text, reason) in [
            ("/a", "must be relative"),
            ("..", "outside the working directory"),
            ("../a", "outside the working directory"),
            ("a/../../a", "outside the working directory"),
            (".git", ".git directory is forbidden"),
            ("./.git/config", ".git directory is forbidden"),
            ("a/../.git/hooks/x", ".git directory is forbidden"),
        ] {
            let refused = Place::of(text).unwrap_err();
            assert!(refused.contains(reason), "{text}: {refused}");
        }
    }
}
