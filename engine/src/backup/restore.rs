//! Making a data directory out of a backup: all of it, or nothing.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use windlass_model::digest::Digest;
use windlass_store::backup::{DATABASE, blob_digest, blob_path, named_blobs, upgrade};

use super::archive::{FORMAT, LABEL, Label};
use crate::config::KEY;
use crate::failure::Failure;

/// The longest label that is read, in bytes.
const MAX_LABEL: u64 = 4 << 10;

/// Makes the data directory `data` out of the backup `from`.
///
/// # Errors
/// If the file is no whole backup, is one of a newer version, or `data` holds something.
pub(crate) async fn restore(from: &Path, data: &Path) -> Result<(), Failure> {
    check_empty(data)?;
    let of_data = |e: &dyn std::fmt::Display| Failure::environment(format!("{}: {e}", data.display()));
    let parent = data.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(|e| of_data(&e))?;
    let made = tempfile::Builder::new().prefix(".restoring-").tempdir_in(parent).map_err(|e| of_data(&e))?;
    unpack(from, made.path())?;
    check(from, made.path()).await?;
    // An empty directory gives way to the new one.
    fs::rename(made.path(), data).map_err(|e| of_data(&e))?;
    Ok(())
}

fn check_empty(data: &Path) -> Result<(), Failure> {
    let is_empty = match fs::read_dir(data) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => true,
        Err(error) => return Err(Failure::environment(format!("{}: {error}", data.display()))),
        Ok(mut entries) => entries.next().is_none(),
    };
    if is_empty {
        return Ok(());
    }
    Err(Failure::input(format!("{} is not empty", data.display()))
        .hint("name a new directory with --data, or move this one away: nothing is overwritten"))
}

/// Writes what is in the archive into `dir`. Only names that a backup has are taken.
fn unpack(from: &Path, dir: &Path) -> Result<(), Failure> {
    let failed = |e: &dyn std::fmt::Display| Failure::input(format!("{}: {e}", from.display()));
    let not_one = |e: &dyn std::fmt::Display| {
        failed(&format!("this is no whole backup: {e}"))
            .hint("name a file that `windlass backup` has written")
    };
    let file = File::open(from).map_err(|e| failed(&e))?;
    let mut archive = tar::Archive::new(GzDecoder::new(io::BufReader::new(file)));
    let mut entries = archive.entries().map_err(|e| not_one(&e))?;
    let mut first = entries.next().ok_or_else(|| not_one(&"it is empty"))?.map_err(|e| not_one(&e))?;
    if first.path().map_err(|e| not_one(&e))? != Path::new(LABEL) {
        return Err(not_one(&"it does not say what it is"));
    }
    let mut text = String::new();
    first.by_ref().take(MAX_LABEL).read_to_string(&mut text).map_err(|e| not_one(&e))?;
    let label: Label = serde_json::from_str(&text).map_err(|e| not_one(&e))?;
    if label.format != FORMAT {
        let Label { format, version } = label;
        return Err(failed(&format!(
            "windlass {version} wrote it in form {format}, and this version reads {FORMAT}"
        ))
        .hint("restore it with that version"));
    }
    let mut seen = HashSet::new();
    for entry in entries {
        let mut entry = entry.map_err(|e| not_one(&e))?;
        let path = entry.path().map_err(|e| not_one(&e))?.into_owned();
        if entry.header().entry_type() != tar::EntryType::Regular
            || !is_known(&path)
            || !seen.insert(path.clone())
        {
            return Err(not_one(&format!("it holds {}, which no backup does", path.display())));
        }
        write(&mut entry, &dir.join(&path)).map_err(|e| not_one(&e))?;
    }
    // The rest of the stream holds its checksum.
    let mut rest = archive.into_inner();
    io::copy(&mut rest, &mut io::sink()).map_err(|e| not_one(&e))?;
    match [KEY, DATABASE].iter().find(|name| !seen.contains(Path::new(name))) {
        Some(missing) => Err(not_one(&format!("{missing} is missing"))),
        None => Ok(()),
    }
}

fn write(entry: &mut impl io::Read, to: &Path) -> io::Result<()> {
    if let Some(parent) = to.parent() {
        fs::create_dir_all(parent)?;
    }
    let mut file = File::create_new(to)?;
    file.set_permissions(fs::Permissions::from_mode(0o600))?;
    io::copy(entry, &mut file)?;
    file.sync_all()
}

/// Whether a backup has a file of this name.
fn is_known(path: &Path) -> bool {
    path == Path::new(KEY) || path == Path::new(DATABASE) || blob_digest(path).is_some()
}

/// The database must be whole and not too new, and everything it names be there as it was.
async fn check(from: &Path, dir: &Path) -> Result<(), Failure> {
    let failed = |e: &dyn std::fmt::Display| Failure::input(format!("{}: {e}", from.display()));
    let hint = "restore another backup; this one is damaged";
    for blob in named_blobs(&dir.join(DATABASE)).await.map_err(|e| failed(&e).hint(hint))? {
        let path: PathBuf = dir.join(blob_path(&blob));
        let is_whole = fs::read(path).is_ok_and(|content| Digest::of(&content) == blob);
        if !is_whole {
            return Err(failed(&format!("the text {blob} is missing or damaged")).hint(hint));
        }
    }
    upgrade(&dir.join(DATABASE)).await.map_err(|e| failed(&e))
}
