//! Streams over the files of an attempt. Local files are always ready, so nothing here waits.

use bytes::Bytes;
use wasmtime_wasi::p2::{InputStream, OutputStream, Pollable, StreamError, StreamResult};
use windlass_workdir::OpenFile;

/// How much is read or written at one time.
const PIECE_BYTES: usize = 64 << 10;

/// Reads a file from some place on.
pub(super) struct FileReader {
    file: OpenFile,
    position: u64,
}

impl FileReader {
    pub(super) fn new(file: OpenFile, position: u64) -> Self {
        Self { file, position }
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for FileReader {
    async fn ready(&mut self) {}
}

impl InputStream for FileReader {
    fn read(&mut self, size: usize) -> StreamResult<Bytes> {
        if size == 0 {
            return Ok(Bytes::new());
        }
        let mut buffer = vec![0; size.min(PIECE_BYTES)];
        match self.file.read_at(&mut buffer, self.position) {
            Ok(0) => Err(StreamError::Closed),
            Ok(count) => {
                self.position += count as u64;
                buffer.truncate(count);
                Ok(buffer.into())
            }
            Err(error) => Err(StreamError::LastOperationFailed(error.into())),
        }
    }
}

/// Where a writer writes.
pub(super) enum Place {
    /// From some place on.
    At(u64),
    /// Always at the end.
    End,
}

/// Writes a file.
pub(super) struct FileWriter {
    file: OpenFile,
    place: Place,
}

impl FileWriter {
    pub(super) fn new(file: OpenFile, place: Place) -> Self {
        Self { file, place }
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for FileWriter {
    async fn ready(&mut self) {}
}

impl OutputStream for FileWriter {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        let written = match &mut self.place {
            Place::At(position) => self.file.write_at(&bytes, *position).map(|()| {
                *position += bytes.len() as u64;
            }),
            Place::End => self.file.append(&bytes).map(|_| ()),
        };
        written.map_err(|error| StreamError::LastOperationFailed(error.into()))
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(PIECE_BYTES)
    }
}
