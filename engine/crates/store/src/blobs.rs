//! Blobs: texts too long for a row, as files named by what they hold.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use windlass_model::digest::Digest;

/// Texts longer than this are files.
pub(crate) const INLINE_BYTES: usize = 64 << 10;

/// A directory of blobs; none where rows hold texts of any length.
#[derive(Debug, Clone)]
pub(crate) struct Blobs {
    dir: Option<PathBuf>,
}

/// A text, in its row or beside it.
pub(crate) enum Place {
    Inline(String),
    /// By its digest.
    Blob(String),
}

impl Place {
    /// The columns `body` and `blob`.
    pub(crate) fn columns(&self) -> (Option<&str>, Option<&str>) {
        match self {
            Self::Inline(text) => (Some(text), None),
            Self::Blob(digest) => (None, Some(digest)),
        }
    }
}

impl Blobs {
    pub(crate) fn open(dir: &Path) -> io::Result<Self> {
        fs::create_dir_all(dir)?;
        Ok(Self { dir: Some(dir.to_owned()) })
    }

    /// For a database that has no trouble with long texts.
    pub(crate) fn in_rows() -> Self {
        Self { dir: None }
    }

    /// Where a blob lies in a directory of blobs.
    pub(crate) fn place(dir: &Path, digest: &Digest) -> PathBuf {
        let hex = digest.hex();
        dir.join(&hex[..2]).join(&hex[2..])
    }

    /// The digest that a blob's file is named by: the other way round.
    pub(crate) fn named(path: &Path) -> Option<Digest> {
        let (start, rest) = (path.parent()?.file_name()?.to_str()?, path.file_name()?.to_str()?);
        format!("sha256:{start}{rest}").parse().ok()
    }

    /// Keeps `text`: a long one is on disk, synced, when this returns.
    pub(crate) fn keep(&self, text: String) -> io::Result<Place> {
        let dir = match &self.dir {
            Some(dir) if text.len() > INLINE_BYTES => dir,
            _ => return Ok(Place::Inline(text)),
        };
        let digest = Digest::of(text.as_bytes());
        let path = Self::place(dir, &digest);
        if !path.exists() {
            let dir = path.parent().unwrap_or(dir);
            fs::create_dir_all(dir)?;
            let temporary = dir.join(format!("{}.tmp", std::process::id()));
            let mut file = File::create(&temporary)?;
            file.write_all(text.as_bytes())?;
            file.sync_data()?;
            fs::rename(&temporary, &path)?;
        }
        Ok(Place::Blob(digest.to_string()))
    }

    /// Removes all blobs but those with these digests, and what writing them has left; how many there were.
    pub(crate) fn keep_only(&self, named: &HashSet<String>) -> io::Result<u64> {
        let Some(dir) = &self.dir else { return Ok(0) };
        let mut removed = 0;
        for start in fs::read_dir(dir)? {
            let start = start?;
            for blob in fs::read_dir(start.path())? {
                let blob = blob?;
                let digest = Self::named(&blob.path());
                if digest.is_none_or(|digest| !named.contains(&digest.to_string())) {
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
                let dir = self.dir.as_ref().ok_or_else(|| io::Error::other("a row names a file"))?;
                let text = fs::read(Self::place(dir, &digest))?;
                if Digest::of(&text) != digest {
                    return Err(io::Error::other(format!("the blob {digest} is damaged")));
                }
                String::from_utf8(text).map_err(io::Error::other)
            }
            (None, None) => Err(io::Error::other("a row has neither text nor blob")),
        }
    }
}
