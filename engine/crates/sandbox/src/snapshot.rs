//! Snapshots: a guest's slow start is run once when it is built, and its memory afterwards becomes the new guest.
//!
//! A Go program spends milliseconds on starting and, where kustomize merges, over a hundred on reading its schemas;
//! from a snapshot none of it is left. What a snapshot freezes (environment, preopened directories and their numbers,
//! random seeds of the program's own) is why every run gets the same environment and the same two directories.

use std::borrow::Cow;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use wasm_encoder::{ConstExpr, DataSection, RawSection};
use wasmparser::{DataKind, Operator, Parser, Payload};
use wasmtime::Store;
use wasmtime_wizer::Wizer;
use windlass_workdir::AttemptDir;

use crate::abi::module_linker;
use crate::engine::new_engine;
use crate::nobody::nobodys_guest;
use crate::output::Standard;

/// Pieces of memory nearer than this are joined: each piece has a cost, and there may be 100,000 at most.
const JOIN_GAP_BYTES: u32 = 512;

/// Why no snapshot could be taken.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The program failed while it was warmed up, or cannot be run.
    #[error("warming the program up failed: {0}")]
    Run(String),
    /// The result cannot be written.
    #[error("the snapshot cannot be written: {0}")]
    Write(String),
}

/// Starts the preview1 reactor `module`, runs its export `warm`, and gives back a command whose `_start` is the export
/// `start` with everything that was warmed up in its memory. It runs in the directories of `dir`, with a clock that
/// stands still and a seed of zero: the same module gives the same snapshot.
///
/// # Errors
/// If the program fails while it is warmed up.
pub fn take_snapshot(module: &[u8], dir: &Arc<AttemptDir>) -> Result<Vec<u8>, SnapshotError> {
    let failed = |e: wasmtime::Error| SnapshotError::Run(format!("{e:#}"));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .map_err(|e| SnapshotError::Run(e.to_string()))?;
    let engine = new_engine().map_err(failed)?;
    let linker = module_linker(&engine).map_err(failed)?;
    let guest = nobodys_guest(dir, runtime.handle(), Standard::Result);
    let output = guest.output.clone();
    let mut store = Store::new(&engine, guest);
    store.set_epoch_deadline(u64::MAX / 2);
    let mut wizer = Wizer::new();
    wizer.init_func("warm").func_rename("_start", "start");
    let run =
        wizer.run(&mut store, module, async |store, module| linker.instantiate_async(store, module).await);
    let snapshot = run_to_end(run).map_err(|error| {
        output.finish();
        SnapshotError::Run(format!("{error:#} {}", output.last_error_line()).trim_end().to_owned())
    })?;
    join_segments(&snapshot)
}

/// Drives a future that never waits for anything: the guest's file calls are synchronous.
fn run_to_end<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}

/// Joins the data segments of a module: a snapshot has one for each piece of memory that is not zero, and keeps those
/// of the program as empty ones, 110,000 in all where 100,000 are allowed.
fn join_segments(module: &[u8]) -> Result<Vec<u8>, SnapshotError> {
    let failed = |e: wasmparser::BinaryReaderError| SnapshotError::Write(e.to_string());
    let mut segments: Vec<(u32, Vec<u8>)> = Vec::new();
    let mut out = wasm_encoder::Module::new();
    for payload in Parser::new(0).parse_all(module) {
        match payload.map_err(failed)? {
            Payload::DataSection(section) => {
                for data in section {
                    let data = data.map_err(failed)?;
                    match data.kind {
                        DataKind::Passive if data.data.is_empty() => {}
                        DataKind::Active { memory_index: 0, offset_expr } => {
                            let mut operators = offset_expr.get_operators_reader();
                            match operators.read().map_err(failed)? {
                                Operator::I32Const { value } => {
                                    segments.push((value.cast_unsigned(), data.data.to_vec()));
                                }
                                _ => {
                                    return Err(SnapshotError::Write(
                                        "a segment's place is not constant".into(),
                                    ));
                                }
                            }
                        }
                        _ => return Err(SnapshotError::Write("the program uses passive segments".into())),
                    }
                }
                out.section(&joined(std::mem::take(&mut segments)));
            }
            // Only needed where the program itself refers to segments; then compiling the result fails.
            Payload::DataCountSection { .. } => {}
            other => {
                if let Some((id, range)) = other.as_section() {
                    out.section(&RawSection { id, data: &module[range] });
                }
            }
        }
    }
    Ok(out.finish())
}

fn joined(mut segments: Vec<(u32, Vec<u8>)>) -> DataSection {
    segments.retain(|(_, bytes)| !bytes.is_empty());
    segments.sort_by_key(|(offset, _)| *offset);
    let mut section = DataSection::new();
    let mut current: Option<(u32, Cow<'_, [u8]>)> = None;
    for (offset, bytes) in &segments {
        if let Some((start, joined)) = &mut current {
            let end = u64::from(*start) + joined.len() as u64;
            let gap = u64::from(*offset).saturating_sub(end);
            if u64::from(*offset) >= end && gap <= u64::from(JOIN_GAP_BYTES) {
                let joined = joined.to_mut();
                joined.resize(joined.len() + usize::try_from(gap).unwrap_or(0), 0);
                joined.extend_from_slice(bytes);
                continue;
            }
            section.active(0, &ConstExpr::i32_const(start.cast_signed()), joined.iter().copied());
        }
        current = Some((*offset, Cow::Borrowed(bytes)));
    }
    if let Some((start, joined)) = current {
        section.active(0, &ConstExpr::i32_const(start.cast_signed()), joined.iter().copied());
    }
    section
}
