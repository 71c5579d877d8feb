//! Blobs: texts too long for a row, as files named by what they hold.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use windlass_model::digest::Digest;

/// Texts longer than this are files.
pub(crate) const INLINE_BYTES: usize = 64 << 10;

/// A directory of blobs.
#[derive(Debug, Clone)]
pub(crate) struct Blobs {
    dir: PathBuf,
}

/// A text, in its row or beside it.
pub(crate) enum Place {
    Inline(String),
    Blob(Digest),
}

impl Place {
    /// The columns `body` and `blob`.
    pub(crate) fn columns(self) -> (Option<String>, Option<String>) {
        match self {
            Self::Inline(text) => (Some(text), None),
            Self::Blob(digest) => (None, Some(digest.to_string())),
        }
    }
}

impl Blobs {
    pub(crate) fn open(dir: &Path) -> io::Result<Self> {
        fs::create_dir_all(dir)?;
        Ok(Self { dir: dir.to_owned() })
    }

    fn path(&self, digest: &Digest) -> PathBuf {
        Self::place(&self.dir, digest)
    }

    /// Where a blob lies in a directory of blobs.
    pub(crate) fn place(dir: &Path, digest: &Digest) -> PathBuf {
        let hex = digest.hex();
        dir.join(&hex[..2]).join(&hex[2..])
    }

    /// Keeps `text`: a long one is on disk, synced, when this returns.
    pub(crate) fn keep(&self, text: String) -> io::Result<Place> {
        if text.len() <= INLINE_BYTES {
            return Ok(Place::Inline(text));
        }
        let digest = Digest::of(text.as_bytes());
        let path = self.path(&digest);
        if !path.exists() {
            let dir = path.parent().unwrap_or(&self.dir);
            fs::create_dir_all(dir)?;
            let temporary = dir.join(format!("{}.tmp", std::process::id()));
            let mut file = File::create(&temporary)?;
            file.write_all(text.as_bytes())?;
            file.sync_data()?;
            fs::rename(&temporary, &path)?;
        }
        Ok(Place::Blob(digest))
    }

    /// Removes all blobs but those with these digests, and what writing them has left; how many there were.
    pub(crate) fn keep_only(&self, named: &HashSet<String>) -> io::Result<u64> {
        let mut removed = 0;
        for start in fs::read_dir(&self.dir)? {
            let start = start?;
            for blob in fs::read_dir(start.path())? {
                let blob = blob?;
                let names = (start.file_name(), blob.file_name());
                let digest = format!("sha256:{}{}", names.0.to_string_lossy(), names.1.to_string_lossy());
                if !named.contains(&digest) {
                    fs::remove_file(blob.path())?;
                    removed += 1;
                }
            }
        }
        Ok(removed)
    }

    /// A text by its columns.
    pub(crate) fn read(&self, body: Option<String>, blob: Option<String>) -> io::Result<String> {
        match (body, blob) {
            (Some(body), _) => Ok(body),
            (None, Some(digest)) => {
                let digest: Digest = digest.parse().map_err(io::Error::other)?;
                let text = fs::read(self.path(&digest))?;
                if Digest::of(&text) != digest {
                    return Err(io::Error::other(format!("the blob {digest} is damaged")));
                }
                String::from_utf8(text).map_err(io::Error::other)
            }
            (None, None) => Err(io::Error::other("a row has neither text nor blob")),
        }
    }
}
