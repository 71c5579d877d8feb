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

/// As much of a server's own words is kept, in bytes.
pub(crate) const MOST_SAID: usize = 2_000;

/// What a server said, for a message: in one line, and without characters that could make it look like something else.
pub(crate) fn in_its_words(said: &[u8]) -> String {
    let text = String::from_utf8_lossy(&said[..said.len().min(MOST_SAID)]);
    let lines: Vec<String> = text.split(['\n', '\r']).map(|line| line.replace(is_unseen, " ")).collect();
    let words: Vec<&str> = lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty()).collect();
    let words = words.join("; ");
    if words.is_empty() { String::new() } else { format!(" (it says: {words})") }
}

/// Control characters, and those that are not seen but change how the others are.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_server_cannot_pretend_to_be_others() {
        for (said, shown) in [
            ("", ""),
            (" \r\n\n", ""),
            ("no\nentry\r\n", " (it says: no; entry)"),
            ("a\u{1b}[2Kb\u{202e}c\u{9b}d", " (it says: a [2Kb c d)"),
        ] {
            assert_eq!(in_its_words(said.as_bytes()), shown);
        }
        assert_eq!(in_its_words(&[b'x'; 10_000]).len(), MOST_SAID + " (it says: )".len());
        assert_eq!(in_its_words(b"\xff"), " (it says: \u{fffd})");
    }
}
