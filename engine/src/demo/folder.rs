//! The demo's directory: `git`, `manifests` and `data`.

use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// The directory.
#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// Makes `dir`, which must be empty or absent; or a temporary directory, which stays for whoever wants to look.
    pub(crate) fn make(dir: Option<PathBuf>) -> Result<Self, Failure> {
        let Some(dir) = dir else {
            let made = tempfile::Builder::new().prefix("windlass-demo-").tempdir();
            let made = made.map_err(|e| Failure::environment(format!("a temporary directory: {e}")))?;
            return Ok(Self(made.keep()));
        };
        let failed = |e: std::io::Error| Failure::environment(format!("{}: {e}", dir.display()));
        std::fs::create_dir_all(&dir).map_err(failed)?;
        if std::fs::read_dir(&dir).map_err(failed)?.next().is_some() {
            return Err(Failure::input(format!("{} is not empty", dir.display()))
                .hint("name a new directory with --dir, or empty this one"));
        }
        dir.canonicalize().map(Self).map_err(failed)
    }

    pub(crate) fn root(&self) -> &Path {
        &self.0
    }

    /// The directory of all repositories.
    pub(crate) fn git(&self) -> PathBuf {
        self.0.join("git")
    }

    /// The bare repository.
    pub(crate) fn repository(&self) -> PathBuf {
        self.git().join(super::servers::REPOSITORY)
    }

    pub(crate) fn manifests(&self) -> PathBuf {
        self.0.join("manifests")
    }

    pub(crate) fn kubeconfig(&self) -> PathBuf {
        self.manifests().join("kubeconfig")
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.0.join("data")
    }

    /// Writes a file into the manifests.
    pub(crate) fn write_manifest(&self, name: &str, text: &str) -> Result<(), Failure> {
        let path = self.manifests().join(name);
        std::fs::create_dir_all(self.manifests())
            .and_then(|()| std::fs::write(&path, text))
            .map_err(|e| Failure::environment(format!("{}: {e}", path.display())))
    }
}
