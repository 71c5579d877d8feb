//! What passes between a worker and its parent: frames of a length (four bytes, little-endian) and JSON.

use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use windlass_model::call::{Answer, Call};
use windlass_model::digest::Digest;
use windlass_model::ids::Lease;
use windlass_model::limits::Limits;
use windlass_model::time::Timestamp;
use windlass_ports::step_runner::{Entry, RunReport, StepInput};
use windlass_workdir::{DirLocation, DiskChange};

/// A frame may be this long: a body of 2 MiB in base64, or the outputs of many steps.
const MAX_FRAME_BYTES: u32 = 64 << 20;

/// One incarnation, as it is sent to the worker.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Job {
    pub(super) digest: Digest,
    pub(super) binary: PathBuf,
    pub(super) entry: Entry,
    pub(super) lease: Lease,
    pub(super) input: StepInput,
    pub(super) limits: Limits,
    pub(super) dir: DirLocation,
    pub(super) clock_start: Timestamp,
    pub(super) seed: u64,
}

/// From the parent to the worker.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum ToWorker {
    /// Run this under this number.
    Run(u64, Box<Job>),
    /// The answer to the call of this number, and what the parent's own work has taken of the run's quota.
    Answer(u64, Box<Answer>, DiskChange),
    /// End this run.
    Cancel(u64),
}

/// From the worker to its parent.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum ToParent {
    /// A run makes a call; the worker has taken this much of the run's quota.
    Call { run: u64, call: u64, request: Box<Call>, disk: DiskChange },
    /// A run has ended.
    Done { run: u64, report: Box<RunReport>, disk: DiskChange },
}

pub(super) async fn write_frame(
    to: &mut (impl AsyncWrite + Unpin),
    message: &impl Serialize,
) -> std::io::Result<()> {
    let json = serde_json::to_vec(message)?;
    let len = u32::try_from(json.len()).ok().filter(|len| *len <= MAX_FRAME_BYTES);
    let len = len.ok_or_else(|| std::io::Error::other("the message is too long for a frame"))?;
    let mut frame = Vec::with_capacity(json.len() + 4);
    frame.extend(len.to_le_bytes());
    frame.extend(json);
    to.write_all(&frame).await
}

/// The next message; `None` once the other side is gone.
pub(super) async fn read_frame<T: DeserializeOwned>(
    from: &mut (impl AsyncRead + Unpin),
) -> std::io::Result<Option<T>> {
    let mut len = [0; 4];
    match from.read_exact(&mut len).await {
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let len = u32::from_le_bytes(len);
    if len > MAX_FRAME_BYTES {
        return Err(std::io::Error::other("a frame is too long"));
    }
    let mut json = vec![0; len as usize];
    from.read_exact(&mut json).await?;
    Ok(Some(serde_json::from_slice(&json)?))
}
