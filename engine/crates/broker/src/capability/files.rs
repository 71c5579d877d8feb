//! Files of the work directory that calls name. The host follows no symbolic link on its way to them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use windlass_model::call::{CallError, WorkPath};
use windlass_model::digest::Digest;
use windlass_workdir::{AttemptDir, Dir, Follow, FsError, OpenFile, OpenMode};

/// Files are read in pieces of this many bytes.
const PIECE_BYTES: usize = 64 << 10;

/// Runs file work on a thread that may block.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, CallError> + Send + 'static,
) -> Result<T, CallError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|e| Err(CallError::internal(format!("reading or writing a file failed: {e}"))))
}

/// Opens a file to read.
pub(crate) fn open(dir: &AttemptDir, path: &WorkPath) -> Result<OpenFile, CallError> {
    let (parent, name) = place(dir, path)?;
    dir.work.open_file(&parent, &name, Follow::No, OpenMode::default()).map_err(|e| failed(path, &e))
}

/// Makes a file, in the place of any that is there.
pub(crate) fn create(dir: &AttemptDir, path: &WorkPath) -> Result<OpenFile, CallError> {
    let (parent, name) = place(dir, path)?;
    dir.work.write_whole(&parent, &name, b"", 0o644).map_err(|e| failed(path, &e))?;
    let mode = OpenMode { write: true, ..OpenMode::default() };
    dir.work.open_file(&parent, &name, Follow::No, mode).map_err(|e| failed(path, &e))
}

/// Removes a file that could not be written to its end.
pub(crate) fn remove(dir: &AttemptDir, path: &WorkPath) {
    if let Ok((parent, name)) = place(dir, path) {
        // The attempt fails for another reason and may be undone as a whole.
        let _ = dir.work.remove_file(&parent, &name);
    }
}

/// The digest of a file's content.
pub(crate) async fn digest(dir: &Arc<AttemptDir>, path: WorkPath) -> Result<Digest, CallError> {
    let dir = Arc::clone(dir);
    blocking(move || {
        let file = open(&dir, &path)?;
        let mut hasher = windlass_model::digest::Hasher::new();
        let mut piece = vec![0; PIECE_BYTES];
        let mut at = 0;
        loop {
            let read = file.read_at(&mut piece, at).map_err(|e| failed(&path, &e))?;
            if read == 0 {
                return Ok(hasher.finish());
            }
            hasher.update(&piece[..read]);
            at += read as u64;
        }
    })
    .await
}

pub(crate) fn place(dir: &AttemptDir, path: &WorkPath) -> Result<(Dir, PathBuf), CallError> {
    let name = path.parts().next_back().ok_or_else(|| {
        CallError::invalid("path-not-a-file", "the path names the work directory itself, not a file in it")
    })?;
    let parent = dir.work.open_dir_no_links(Path::new(path.parent().as_str()));
    Ok((parent.map_err(|e| failed(path, &e))?, PathBuf::from(name)))
}

pub(crate) fn failed(path: &WorkPath, error: &FsError) -> CallError {
    let message = format!("{path}: {error}");
    if error.is_not_found() {
        return CallError::not_found("file-not-found", message);
    }
    match error {
        FsError::Quota { limit, .. } => CallError::limit(limit, message),
        FsError::Escape => CallError::denied("path-refused", message),
        _ => CallError::invalid("file-unusable", message),
    }
}
