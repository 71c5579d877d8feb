//! libgit2's errors in the words of calls.

use git2::{ErrorClass, ErrorCode};
use windlass_model::call::{CallError, ErrorKind};
use windlass_workdir::FsError;

/// Any failure of libgit2 that needs no other words.
pub(crate) fn failed(what: &str, error: &git2::Error) -> CallError {
    let message = format!("{what}: {}", error.message());
    match (error.code(), error.class()) {
        (ErrorCode::NotFound, _) => CallError::not_found("git-not-found", message),
        (ErrorCode::Exists, _) => CallError::new(ErrorKind::AlreadyExists, "git-exists", message),
        (ErrorCode::InvalidSpec, _) => CallError::invalid("git-invalid-name", message),
        (_, ErrorClass::Net | ErrorClass::Http) => CallError::unavailable("git-unavailable", message),
        _ => CallError::new(ErrorKind::Internal, "git-failed", message),
    }
}

/// A failure to read or write a file of the work directory.
pub(crate) fn file_failed(path: &std::path::Path, error: &FsError) -> CallError {
    let message = format!("{}: {error}", path.display());
    match error {
        FsError::Escape => CallError::denied("path-escapes", message),
        FsError::Quota { limit, .. } => CallError::limit(limit, message),
        FsError::Unsupported(_) => CallError::invalid("file-unsupported", message),
        FsError::Os(_) if error.is_not_found() => CallError::not_found("file-not-found", message),
        FsError::Os(_) => CallError::internal(message),
    }
}
