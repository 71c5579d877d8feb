//! Reading a document out of the work directory.

use std::fs::File;
use std::io::{self, Read as _};

use windlass_expr::Value;
use windlass_step::Context;

use crate::{Failure, Format};

/// The document in the file `path`. Nothing of a file that is too large is read.
pub(crate) fn read(context: &Context, path: &str, format: &Format) -> Result<Value, Failure> {
    let Format { name, max_bytes, parse } = *format;
    let place = context
        .resolve(path)
        .map_err(|error| Failure::retryable(format!("error joining path {path:?}: {error}")))?;
    let unread = |why: String| Failure::retryable(format!("error reading {name} file {path:?}: {why}"));
    let metadata = place.symlink_metadata().map_err(|error| unread(explained(&error)))?;
    if !metadata.is_file() {
        let what = if metadata.is_dir() { "it is a directory" } else { "it is no regular file" };
        return Err(unread(what.to_owned()));
    }
    if metadata.len() > max_bytes {
        return Err(too_large(name, path, metadata.len(), max_bytes));
    }
    let mut bytes = Vec::new();
    let file = File::open(&place).map_err(|error| unread(explained(&error)))?;
    file.take(max_bytes).read_to_end(&mut bytes).map_err(|error| unread(explained(&error)))?;
    if bytes.is_empty() {
        return Err(Failure::retryable(format!("could not parse empty {name} file {path:?}")));
    }
    parse(&bytes).map_err(|why| Failure::retryable(format!("could not parse {name} file {path:?}: {why}")))
}

/// Why a file was not read, without the numbers that each system has of its own.
fn explained(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::NotADirectory => "what should be a directory on the way to it is none".to_owned(),
        _ => error.to_string(),
    }
}

fn too_large(name: &str, path: &str, bytes: u64, max_bytes: u64) -> Failure {
    Failure::terminal(format!(
        "error reading {name} file {path:?}: it has {bytes} bytes, and {max_bytes} are allowed; take what is needed out \
         of it beforehand"
    ))
}
