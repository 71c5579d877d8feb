//! The file of a backup: a gzipped tar archive that begins with what it is.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};
use tempfile::{NamedTempFile, TempPath};

use crate::failure::Failure;

/// The name of the first file in a backup.
pub(super) const LABEL: &str = "windlass-backup.json";

/// The form of backups that this version writes and reads.
pub(super) const FORMAT: u32 = 1;

/// What a backup is.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Label {
    pub(super) format: u32,
    /// The version of the program that wrote it.
    pub(super) version: String,
}

/// A backup that is being written. It gets its name when it is whole, so nobody takes a part of one for a backup.
pub(super) struct Writer {
    archive: tar::Builder<GzEncoder<File>>,
    temporary: TempPath,
    to: PathBuf,
}

impl Writer {
    /// Begins a backup.
    ///
    /// # Errors
    /// If the file is there, or cannot be made.
    pub(super) fn create(to: &Path) -> Result<Self, Failure> {
        if to.exists() {
            return Err(Failure::input(format!("{} is there already", to.display()))
                .hint("name a new file, or remove this one"));
        }
        let dir = to.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // It holds the key and secrets: only its owner may read it, which temporary files see to.
        let temporary = NamedTempFile::new_in(dir).map_err(|e| failed(to, &e))?;
        let (file, temporary) = temporary.into_parts();
        let mut writer = Self {
            archive: tar::Builder::new(GzEncoder::new(file, Compression::fast())),
            temporary,
            to: to.to_owned(),
        };
        let label = Label { format: FORMAT, version: env!("CARGO_PKG_VERSION").to_owned() };
        let text = serde_json::to_vec(&label).map_err(|e| failed(to, &e))?;
        writer.append(Path::new(LABEL), text.len() as u64, text.as_slice())?;
        Ok(writer)
    }

    /// Puts a file into it.
    ///
    /// # Errors
    /// If the file is not there or cannot be read, or the backup cannot be written.
    pub(super) fn add(&mut self, name: &Path, file: &Path) -> Result<(), Failure> {
        if self.add_if_there(name, file)? { Ok(()) } else { Err(failed(file, &"it is missing")) }
    }

    /// The same for a file that may be gone; whether it was there.
    ///
    /// # Errors
    /// If it cannot be read, or the backup cannot be written.
    pub(super) fn add_if_there(&mut self, name: &Path, file: &Path) -> Result<bool, Failure> {
        let open = match File::open(file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            open => open.map_err(|e| failed(file, &e))?,
        };
        let size = open.metadata().map_err(|e| failed(file, &e))?.len();
        self.append(name, size, open)?;
        Ok(true)
    }

    fn append(&mut self, name: &Path, size: u64, content: impl io::Read) -> Result<(), Failure> {
        let mut header = tar::Header::new_gnu();
        header.set_size(size);
        header.set_mode(0o600);
        self.archive.append_data(&mut header, name, content).map_err(|e| failed(&self.to, &e))
    }

    /// Ends it, and gives it its name; its size in bytes.
    ///
    /// # Errors
    /// If it cannot be written, or the name has been taken meanwhile.
    pub(super) fn finish(self) -> Result<u64, Failure> {
        let to = self.to;
        let written = self.archive.into_inner().and_then(GzEncoder::finish).and_then(|mut file| {
            file.flush()?;
            file.sync_all()?;
            file.metadata()
        });
        let bytes = written.map_err(|e| failed(&to, &e))?.len();
        self.temporary.persist_noclobber(&to).map_err(|e| failed(&to, &e.error))?;
        Ok(bytes)
    }
}

fn failed(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::environment(format!("{}: {error}", path.display()))
}
