//! The cache of compiled guests: a directory that only this user can write to.
//!
//! Loading native code runs it, so nothing compiled elsewhere is ever accepted: the directory is refused if others can
//! write to it. The key of a file holds the digest of the guest, wasmtime's full version and every setting, so that code
//! compiled by a version with a defect is not loaded by the one that mends it.

use std::hash::{Hash, Hasher};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use tokio::sync::Mutex;
use wasmtime::Engine;
use windlass_model::digest::Digest;

use crate::compile::{CompileError, Compiler};

/// Compiled code by what it was compiled from.
pub(crate) struct CodeCache {
    dir: PathBuf,
    settings: String,
    compiler: Arc<dyn Compiler>,
    /// One compilation at a time: it uses every processor already.
    compiling: Mutex<()>,
}

/// Why the cache cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// It cannot be made or read.
    #[error("the cache of compiled steps {0}: {1}")]
    Io(PathBuf, std::io::Error),
    /// Somebody else could have put code there.
    #[error(
        "the cache of compiled steps {0} belongs to another user or can be written to by others, so nothing in it is \
         run; remove it, or name another with WINDLASS_CACHE"
    )]
    Untrusted(PathBuf),
}

impl CodeCache {
    /// Opens the cache in `dir`, making it if needed.
    pub(crate) fn open(dir: &Path, engine: &Engine, compiler: Arc<dyn Compiler>) -> Result<Self, CacheError> {
        let io = |e| CacheError::Io(dir.to_owned(), e);
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(io)?;
        let metadata = dir.metadata().map_err(io)?;
        let own = metadata.uid() == rustix::process::geteuid().as_raw();
        if !own || metadata.mode() & 0o022 != 0 {
            return Err(CacheError::Untrusted(dir.to_owned()));
        }
        let mut settings = SettingsHasher(Sha256::new());
        engine.precompile_compatibility_hash().hash(&mut settings);
        let settings = settings.0.finalize().iter().take(8).map(|b| format!("{b:02x}")).collect();
        Ok(Self { dir: dir.to_owned(), settings, compiler, compiling: Mutex::new(()) })
    }

    fn path(&self, digest: &Digest) -> PathBuf {
        self.dir.join(format!("{}-{}.cwasm", digest.hex(), self.settings))
    }

    /// The file with the code of the guest `digest`, if it has been compiled.
    pub(crate) fn find(&self, digest: &Digest) -> Option<PathBuf> {
        Some(self.path(digest)).filter(|path| path.exists())
    }

    /// The file with the code of the guest `digest`, compiled from `binary` if need be.
    pub(crate) async fn get(&self, digest: &Digest, binary: &Path) -> Result<PathBuf, CompileError> {
        let path = self.path(digest);
        if path.exists() {
            return Ok(path);
        }
        let _one_at_a_time = self.compiling.lock().await;
        if path.exists() {
            return Ok(path);
        }
        let unique = format!("{}.{}", digest.hex(), std::process::id());
        let (source, target) =
            (self.dir.join(format!("{unique}.wasm")), self.dir.join(format!("{unique}.tmp")));
        let failed = |e: std::io::Error| CompileError::Process(format!("{}: {e}", self.dir.display()));
        let copy = {
            let (binary, source, digest) = (binary.to_owned(), source.clone(), *digest);
            tokio::task::spawn_blocking(move || copy_checked(&binary, &source, &digest)).await
        };
        copy.map_err(|e| CompileError::Process(e.to_string()))??;
        let compiled = self.compiler.compile(&source, &target).await;
        let _ = std::fs::remove_file(&source);
        compiled?;
        std::fs::rename(&target, &path).map_err(failed)?;
        Ok(path)
    }
}

/// Copies a binary to where it is compiled: that must be what the digest names, whoever may touch the file meanwhile.
fn copy_checked(from: &Path, to: &Path, digest: &Digest) -> Result<(), CompileError> {
    let bytes = std::fs::read(from).map_err(|e| CompileError::Invalid(format!("{}: {e}", from.display())))?;
    if Digest::of(&bytes) != *digest {
        return Err(CompileError::Invalid(format!("{} is not {digest}", from.display())));
    }
    std::fs::write(to, &bytes).map_err(|e| CompileError::Process(format!("{}: {e}", to.display())))
}

/// Hashes what wasmtime says its settings are with a hash that is the same in every process.
struct SettingsHasher(Sha256);

impl Hasher for SettingsHasher {
    fn finish(&self) -> u64 {
        0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }
}
