//! The repository of a promotion: its own commits, with the mirror behind it for everything else.

use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use git2::{Oid, Repository, RepositoryInitOptions};
use sha2::{Digest as _, Sha256};
use windlass_model::call::CallError;
use windlass_model::freight::address::normalize_git;

use crate::error::failed;
use crate::setup;

/// Where the repository of a promotion for `url` is.
fn path(promotion: &Path, url: &str) -> PathBuf {
    let name = hex::encode(&Sha256::digest(normalize_git(url))[..8]);
    promotion.join("repositories").join(format!("{name}.git"))
}

/// Opens the repository, if it has been made.
pub(crate) fn open(promotion: &Path, url: &str) -> Result<Repository, CallError> {
    setup::once();
    Repository::open_bare(path(promotion, url)).map_err(|e| failed("the promotion's repository", &e))
}

/// Opens the repository, making it over `mirror` if needed.
pub(crate) fn open_or_make(promotion: &Path, url: &str, mirror: &Path) -> Result<Repository, CallError> {
    let path = path(promotion, url);
    if open(promotion, url).is_err() {
        let mut options = RepositoryInitOptions::new();
        options.bare(true).mkpath(true).external_template(false);
        Repository::init_opts(&path, &options).map_err(|e| failed("the promotion's repository", &e))?;
    }
    borrow_from(&path, mirror)
        .map_err(|e| CallError::internal(format!("the promotion's repository {}: {e}", path.display())))?;
    open(promotion, url)
}

/// Lets the repository at `path` find the objects of `mirror`. With another credential comes another mirror, beside the
/// ones that commits were made over.
fn borrow_from(path: &Path, mirror: &Path) -> std::io::Result<()> {
    let objects = mirror.canonicalize()?.join("objects");
    let info = path.join("objects/info");
    let alternates = info.join("alternates");
    let mut known = match std::fs::read(&alternates) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        known => known?,
    };
    let objects = objects.as_os_str().as_bytes();
    if known.split(|byte| *byte == b'\n').any(|line| line == objects) {
        return Ok(());
    }
    known.extend_from_slice(objects);
    known.push(b'\n');
    std::fs::create_dir_all(&info)?;
    // Whole or not at all: a crash leaves no half path.
    let beside = info.join("alternates.new");
    std::fs::write(&beside, known)?;
    std::fs::rename(beside, alternates)
}

/// The commit behind a tag, or the commit itself.
pub(crate) fn peeled(repository: &Repository, oid: Oid) -> Result<Oid, git2::Error> {
    Ok(repository.find_object(oid, None)?.peel_to_commit()?.id())
}
