//! The repository of a promotion: its own commits, with the mirror behind it for everything else.

use std::path::{Path, PathBuf};

use git2::{Repository, RepositoryInitOptions};
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
    if let Ok(repository) = open(promotion, url) {
        return Ok(repository);
    }
    let path = path(promotion, url);
    let io = |e: std::io::Error| CallError::internal(format!("{}: {e}", path.display()));
    let mut options = RepositoryInitOptions::new();
    options.bare(true).mkpath(true).external_template(false);
    Repository::init_opts(&path, &options).map_err(|e| failed("the promotion's repository", &e))?;
    let mirror = mirror.canonicalize().map_err(io)?;
    let info = path.join("objects/info");
    std::fs::create_dir_all(&info).map_err(io)?;
    std::fs::write(info.join("alternates"), format!("{}\n", mirror.join("objects").display())).map_err(io)?;
    open(promotion, url)
}
