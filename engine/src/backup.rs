//! Backups: everything that a server must not lose, in one file. Mirrors and work directories are not in it: the first are
//! made again, the second belong to promotions that run.

mod archive;
mod restore;

use std::path::Path;

use windlass_store::backup::{DATABASE, blob_path, copy_database, named_blobs};

use crate::config::KEY;
use crate::failure::Failure;
use archive::Writer;

pub(crate) use restore::restore;

/// How often a backup is begun anew because what it was to hold has been forgotten meanwhile.
const TRIES: u32 = 3;

/// What a backup holds.
#[derive(Debug)]
pub(crate) struct Held {
    /// Long texts beside the database.
    pub(crate) blobs: usize,
    /// The size of the file, in bytes.
    pub(crate) bytes: u64,
}

/// Writes a backup of the data directory `data` into the new file `to`. A server may be at work in it.
///
/// # Errors
/// If there is no such directory, `to` is there already, or cannot be written.
pub(crate) async fn back_up(data: &Path, to: &Path) -> Result<Held, Failure> {
    let of_data = |e: &dyn std::fmt::Display| Failure::environment(format!("{}: {e}", data.display()));
    if !data.join(DATABASE).is_file() {
        return Err(Failure::input(format!("{} holds no database of windlass", data.display())).hint(
            "name the directory of the server with --data; a record in PostgreSQL is saved with pg_dump",
        ));
    }
    let mut tries = 1;
    loop {
        let scratch = tempfile::tempdir_in(data).map_err(|e| of_data(&e))?;
        let copy = scratch.path().join(DATABASE);
        copy_database(data, &copy).await.map_err(|e| Failure::environment(e.to_string()))?;
        let blobs = named_blobs(&copy).await.map_err(|e| Failure::environment(e.to_string()))?;
        let mut writer = Writer::create(to)?;
        writer.add(Path::new(KEY), &data.join(KEY))?;
        writer.add(Path::new(DATABASE), &copy)?;
        let mut is_whole = true;
        for blob in &blobs {
            let path = blob_path(blob);
            is_whole &= writer.add_if_there(&path, &data.join(&path))?;
        }
        if is_whole {
            return Ok(Held { blobs: blobs.len(), bytes: writer.finish()? });
        }
        if tries == TRIES {
            return Err(of_data(&"texts beside the database are missing").hint("restore an earlier backup"));
        }
        tries += 1;
    }
}
