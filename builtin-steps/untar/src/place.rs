//! The directory that an archive is unpacked into: made beside what is there, and put in its place as a whole.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use windlass_step::Context;

/// How the directories are called that are there only for a moment.
const PREFIX: &str = ".untar-";

/// So many names are tried for them.
const NAMES: u32 = 1000;

/// A directory that is being made.
pub(crate) struct Destination<'c> {
    /// Where it shall be.
    path: PathBuf,
    /// Where it is made.
    making: PathBuf,
    context: &'c Context,
}

impl<'c> Destination<'c> {
    /// Begins to make the directory `path`.
    pub(crate) fn new(path: PathBuf, context: &'c Context) -> Result<Self, String> {
        if path == context.work_dir() {
            return Err("outPath is the work directory, and everything in it would be replaced; \
                        name a directory in it"
                .to_owned());
        }
        let making = make_temporary(context)
            .map_err(|e| format!("failed to create temporary directory for extraction: {e}"))?;
        Ok(Self { path, making, context })
    }

    /// Where it is made.
    pub(crate) fn making(&self) -> &Path {
        &self.making
    }

    /// Forgets about it.
    pub(crate) fn give_up(&self) {
        // The error that led here says more than one of cleaning up.
        let _ = fs::remove_dir_all(&self.making);
    }

    /// Puts it in its place. What is there goes, but not before.
    pub(crate) fn replace(&self, text: &str) -> Result<(), String> {
        let replaced = self.put_in_place();
        if replaced.is_err() {
            self.give_up();
        }
        replaced.map_err(|e| format!("failed to create directory {text:?}: {e}"))
    }

    fn put_in_place(&self) -> io::Result<()> {
        match self.path.symlink_metadata() {
            Ok(found) if !found.is_dir() => return Err(io::ErrorKind::NotADirectory.into()),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if let Some(parent) = self.path.parent() {
                    fs::create_dir_all(parent)?;
                }
                return fs::rename(&self.making, &self.path);
            }
            Err(error) => return Err(error),
        }
        let aside = make_temporary(self.context)?;
        let old = aside.join("old");
        let replaced = fs::rename(&self.path, &old).and_then(|()| {
            fs::rename(&self.making, &self.path).inspect_err(|_| {
                let _ = fs::rename(&old, &self.path);
            })
        });
        match replaced {
            Ok(()) => fs::remove_dir_all(&aside),
            Err(error) => {
                // Only if nothing is left in it.
                let _ = fs::remove_dir(&aside);
                Err(error)
            }
        }
    }
}

/// An empty directory with a name of its own.
fn make_temporary(context: &Context) -> io::Result<PathBuf> {
    for number in 0..NAMES {
        let path = context.path(&format!("{PREFIX}{number}"));
        match fs::create_dir(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::other(format!("all names from {PREFIX}0 on are taken")))
}
