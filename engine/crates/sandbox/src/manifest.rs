//! A step's manifest in its binary: read without running anything, written when a step is built.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

use wasmparser::{Parser, Payload};
use windlass_model::step_manifest::{SECTION, StepManifest};
use windlass_workdir::AttemptDir;

use crate::abi::component_linker;
use crate::abi::v0_1::described;
use crate::engine::new_engine;
use crate::nobody::nobodys_guest;
use crate::output::Standard;

/// A binary may be this large: compiling takes time and memory in proportion.
pub(crate) const MAX_BINARY_BYTES: usize = 64 << 20;

/// A step may take this long to describe itself.
const DESCRIBE_TIME: Duration = Duration::from_secs(10);

/// Why a manifest cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// It is no WebAssembly.
    #[error("not a WebAssembly binary: {0}")]
    NotWasm(String),
    /// The section is not a manifest.
    #[error("the section {SECTION} does not hold a manifest: {0}")]
    Malformed(String),
    /// The step has neither a section nor a description.
    #[error(
        "the step does not describe itself: export the interface manifest (the Rust SDK does), or write a step.toml \
         beside the binary"
    )]
    Undescribed,
    /// The description could not be asked for.
    #[error("asking the step to describe itself failed: {0}")]
    Describe(String),
}

/// Reads the manifest of a binary; `None` if it has none.
///
/// # Errors
/// If the binary is no WebAssembly or the section is malformed.
pub fn read_manifest(binary: &[u8]) -> Result<Option<StepManifest>, ManifestError> {
    // Only the outermost binary counts: sections of modules inside a component are not the component's own.
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(binary) {
        match payload.map_err(|e| ManifestError::NotWasm(e.to_string()))? {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::CustomSection(section) if depth == 0 && section.name() == SECTION => {
                return serde_json::from_slice(section.data())
                    .map(Some)
                    .map_err(|e| ManifestError::Malformed(e.to_string()));
            }
            _ => {}
        }
    }
    Ok(None)
}

/// The binary with the manifest in its section, in the place of any that was there.
///
/// # Errors
/// If the binary is no WebAssembly.
pub fn add_manifest(binary: &[u8], manifest: &StepManifest) -> Result<Vec<u8>, ManifestError> {
    let mut out = Vec::with_capacity(binary.len() + 1_024);
    let mut kept = 0;
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(binary) {
        match payload.map_err(|e| ManifestError::NotWasm(e.to_string()))? {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::CustomSection(section) if depth == 0 && section.name() == SECTION => {
                // The range is that of the contents; before it stand the section's id and its length in LEB128.
                let contents = section.range();
                let header = 1 + leb128_len(contents.len());
                out.extend_from_slice(&binary[kept..contents.start - header]);
                kept = contents.end;
            }
            _ => {}
        }
    }
    out.extend_from_slice(&binary[kept..]);
    let json = serde_json::to_vec(manifest).map_err(|e| ManifestError::Malformed(e.to_string()))?;
    let section = wasm_encoder::CustomSection { name: SECTION.into(), data: Cow::Owned(json) };
    wasm_encoder::ComponentSection::append_to_component(&section, &mut out);
    Ok(out)
}

fn leb128_len(mut value: usize) -> usize {
    let mut len = 1;
    while value >= 0x80 {
        value >>= 7;
        len += 1;
    }
    len
}

/// Asks a component to describe itself, in a sandbox in which nobody answers it; `dir` is empty and stays so.
///
/// # Errors
/// If it cannot be compiled, exports no description, or its description is no JSON object.
pub fn describe(
    component: &[u8],
    dir: &Arc<AttemptDir>,
) -> Result<serde_json::Map<String, serde_json::Value>, ManifestError> {
    let failed = |e: wasmtime::Error| ManifestError::Describe(format!("{e:#}"));
    let engine = new_engine().map_err(failed)?;
    let component = wasmtime::component::Component::new(&engine, component).map_err(failed)?;
    let describes = component
        .component_type()
        .exports(&engine)
        .any(|(name, _)| name.starts_with("windlass:step/manifest@"));
    if !describes {
        return Err(ManifestError::Undescribed);
    }
    let linker = component_linker(&engine).map_err(failed)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .map_err(|e| ManifestError::Describe(e.to_string()))?;
    let guest = nobodys_guest(dir, runtime.handle(), Standard::Log);
    let mut store = wasmtime::Store::new(&engine, guest);
    store.limiter(|guest| &mut guest.budget);
    store.set_epoch_deadline(1);
    let (done, waiting) = std::sync::mpsc::channel::<()>();
    std::thread::spawn(move || {
        // Fires unless the description is there before and `done` is dropped.
        if let Err(RecvTimeoutError::Timeout) = waiting.recv_timeout(DESCRIBE_TIME) {
            engine.increment_epoch();
        }
    });
    let step = described::Described::instantiate(&mut store, &component, &linker).map_err(failed)?;
    let text = step.windlass_step_manifest().call_describe(&mut store).map_err(failed)?;
    drop(done);
    serde_json::from_str(&text).map_err(|e| ManifestError::Malformed(e.to_string()))
}
