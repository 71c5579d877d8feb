//! Where the file goes: it is downloaded beside its place, and takes it when it is whole.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use windlass_step::{Context, Outcome};

use crate::config::Config;

/// Where the file shall be, and where it is until it is whole.
pub(crate) struct Place {
    target: PathBuf,
    /// In the same directory as the target, where nothing is.
    pub(crate) beside: PathBuf,
}

impl Place {
    /// The place that a configuration names. Its directory is made.
    pub(crate) fn prepare(config: &Config, context: &Context) -> Result<Self, Outcome> {
        let Config { out_path, allow_overwrite, .. } = config;
        let target = context
            .resolve(out_path)
            .map_err(|error| Outcome::errored(format!("failed to join path {out_path:?}: {error}")))?;
        let is_there = exists(&target)
            .map_err(|error| Outcome::errored(format!("error checking destination file: {error}")))?;
        if is_there && !allow_overwrite {
            return Err(Outcome::errored_terminal(format!(
                "file already exists at {out_path} and overwrite is not allowed; set allowOverwrite, or name another \
                 outPath"
            )));
        }
        let dir = target.parent().filter(|_| target != context.work_dir()).ok_or_else(|| {
            Outcome::errored_terminal(format!(
                "outPath {out_path:?} is the work directory itself; name a file in it"
            ))
        })?;
        let failed =
            |error: io::Error| Outcome::errored(format!("failed to create destination directory: {error}"));
        if dir != context.work_dir() {
            fs::create_dir_all(dir).map_err(failed)?;
        }
        Ok(Self { beside: free_name(dir).map_err(failed)?, target })
    }

    /// Puts the file into its place. What was there is gone only then.
    pub(crate) fn take(&self, context: &Context) -> Result<(), Outcome> {
        let unset = "failed to set permissions on temporary file";
        context
            .set_permissions(&[(self.beside.clone(), 0o600)])
            .map_err(|error| Outcome::from_error(&error).in_context(unset))?;
        self.replace()
            .map_err(|error| Outcome::errored(format!("failed to move file to final destination: {error}")))
    }

    /// Forgets the file.
    pub(crate) fn give_up(&self) {
        // It may not have come to be.
        let _ = fs::remove_file(&self.beside);
    }

    fn replace(&self) -> io::Result<()> {
        if !self.target.is_dir() {
            return fs::rename(&self.beside, &self.target);
        }
        // A file cannot take the name of a directory that is there.
        let old = free_name(self.target.parent().unwrap_or(&self.target))?;
        fs::rename(&self.target, &old)?;
        if let Err(error) = fs::rename(&self.beside, &self.target) {
            fs::rename(&old, &self.target)?;
            return Err(error);
        }
        fs::remove_dir_all(old)
    }
}

/// A name in a directory that nothing has.
fn free_name(dir: &Path) -> io::Result<PathBuf> {
    for number in 1_u32.. {
        let path = dir.join(format!(".http-download-{number}"));
        if !exists(&path)? {
            return Ok(path);
        }
    }
    Err(io::Error::other("every name is taken"))
}

/// Whether something is there, be it a link.
fn exists(path: &Path) -> io::Result<bool> {
    match path.symlink_metadata() {
        Ok(_) => Ok(true),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(false)
        }
        Err(error) => Err(error),
    }
}
