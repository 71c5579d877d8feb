//! Copying files of the work directory, many at once. The host follows no symbolic link.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use windlass_model::call::files::Copy;
use windlass_model::call::{Answer, CallError, Reply, WorkPath};
use windlass_workdir::{AttemptDir, Dir};

use super::files::{blocking, failed, place};
use crate::session::Session;

/// A call copies at most this many files, so that a guest cannot have the host hold a list without end.
const MAX_COPIES: usize = 10_000;

/// Copies them one by one, and stops between two if the attempt is cancelled.
pub(crate) async fn files(session: &Arc<Session>, args: Copy) -> Answer {
    if args.copies.len() > MAX_COPIES {
        let message = format!("{} files in one call: it copies at most {MAX_COPIES}", args.copies.len());
        return Err(CallError::invalid("too-many-files", message));
    }
    let (dir, cancel) = (Arc::clone(&session.spec.dir), session.spec.cancel.clone());
    blocking(move || {
        let (mut sources, mut targets) = (Parent::new(&dir), Parent::new(&dir));
        let mut buffer = Vec::new();
        for (from, to) in &args.copies {
            if cancel.is_cancelled() {
                return Err(CallError::cancelled());
            }
            let (source, name) = sources.place(from)?;
            let file = dir.work.open_to_copy(&source, &name).map_err(|e| failed(from, &e))?;
            let (target, name) = targets.place(to)?;
            dir.work.copy_to(&file, &target, &name, &mut buffer).map_err(|e| failed(to, &e))?;
        }
        Ok(Reply::Done(()))
    })
    .await
}

/// The directory of the last path: files that are copied together mostly lie together. Only one is held open, so that a
/// call needs a handful of descriptors however many directories it names.
struct Parent<'d> {
    dir: &'d AttemptDir,
    last: Option<(String, Dir)>,
}

impl<'d> Parent<'d> {
    fn new(dir: &'d AttemptDir) -> Self {
        Self { dir, last: None }
    }

    fn place(&mut self, path: &WorkPath) -> Result<(Dir, PathBuf), CallError> {
        let parent = path.parent();
        if let (Some((known, dir)), Some(name)) = (&self.last, path.parts().next_back())
            && known == parent.as_str()
        {
            return Ok((dir.clone(), Path::new(name).to_owned()));
        }
        let (opened, name) = place(self.dir, path)?;
        self.last = Some((parent.as_str().to_owned(), opened.clone()));
        Ok((opened, name))
    }
}
