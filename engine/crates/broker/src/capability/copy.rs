//! Copying files of the work directory, many at once. The host follows no symbolic link.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use windlass_model::call::files::Copy;
use windlass_model::call::{Answer, CallError, Reply, WorkPath};
use windlass_workdir::{AttemptDir, Dir};

use super::files::{blocking, failed, place};
use crate::session::Session;

/// Copies them one by one, and stops between two if the attempt is cancelled.
pub(crate) async fn files(session: &Arc<Session>, args: Copy) -> Answer {
    let (dir, cancel) = (Arc::clone(&session.spec.dir), session.spec.cancel.clone());
    blocking(move || {
        let mut opened = Opened { dir: &dir, parents: HashMap::new() };
        let mut buffer = Vec::new();
        for (from, to) in &args.copies {
            if cancel.is_cancelled() {
                return Err(CallError::cancelled());
            }
            let (source, name) = opened.place(from)?;
            let file = dir.work.open_to_copy(&source, &name).map_err(|e| failed(from, &e))?;
            let (target, name) = opened.place(to)?;
            dir.work.copy_to(&file, &target, &name, &mut buffer).map_err(|e| failed(to, &e))?;
        }
        Ok(Reply::Done(()))
    })
    .await
}

/// The directories of one call: files that are copied together mostly lie together.
struct Opened<'d> {
    dir: &'d AttemptDir,
    parents: HashMap<String, Dir>,
}

impl Opened<'_> {
    fn place(&mut self, path: &WorkPath) -> Result<(Dir, PathBuf), CallError> {
        let parent = path.parent();
        if let (Some(known), Some(name)) = (self.parents.get(parent.as_str()), path.parts().next_back()) {
            return Ok((known.clone(), Path::new(name).to_owned()));
        }
        let (opened, name) = place(self.dir, path)?;
        self.parents.insert(parent.as_str().to_owned(), opened.clone());
        Ok((opened, name))
    }
}
