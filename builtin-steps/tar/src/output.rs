//! The file that an archive is written to: beside its place, until it is complete.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;

/// Bytes that are written at once.
const BUFFER_LEN: usize = 64 << 10;

/// So many names are tried for the file.
const NAMES: u32 = 1000;

/// A file that is being written.
pub(crate) struct Output {
    path: PathBuf,
    writer: Writer,
}

enum Writer {
    Plain(BufWriter<File>),
    Gzip(GzEncoder<BufWriter<File>>),
}

impl Output {
    /// Begins to write what shall be at `place`.
    pub(crate) fn create(place: &Path, gzip: bool) -> io::Result<Self> {
        let (file, path) = create_beside(place)?;
        let file = BufWriter::with_capacity(BUFFER_LEN, file);
        let writer = if gzip {
            Writer::Gzip(GzEncoder::new(file, Compression::default()))
        } else {
            Writer::Plain(file)
        };
        Ok(Self { path, writer })
    }

    /// Where it is until it is complete.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Completes it and puts it in its place.
    pub(crate) fn keep_as(self, place: &Path) -> io::Result<()> {
        let file = match self.writer {
            Writer::Plain(file) => Ok(file),
            Writer::Gzip(encoder) => encoder.finish(),
        };
        let kept = file.and_then(|mut file| file.flush()).and_then(|()| fs::rename(&self.path, place));
        kept.inspect_err(|_| remove(&self.path))
    }

    /// Forgets about it.
    pub(crate) fn give_up(self) {
        let Self { path, writer } = self;
        drop(writer);
        remove(&path);
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.writer {
            Writer::Plain(file) => file.write(bytes),
            Writer::Gzip(encoder) => encoder.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.writer {
            Writer::Plain(file) => file.flush(),
            Writer::Gzip(encoder) => encoder.flush(),
        }
    }
}

/// The error that led here says more than one of cleaning up.
fn remove(path: &Path) {
    let _ = fs::remove_file(path);
}

/// A file of a name that nothing has yet.
fn create_beside(place: &Path) -> io::Result<(File, PathBuf)> {
    for number in 0..NAMES {
        let mut path = place.as_os_str().to_owned();
        path.push(format!(".tmp{number}"));
        let path = PathBuf::from(path);
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(file) => return Ok((file, path)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::other("all names for a temporary file are taken"))
}
