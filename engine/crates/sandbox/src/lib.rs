//! Runs a step as a WebAssembly guest. The only room that knows wasmtime.
//!
//! It turns what a guest asks for into [`Call`](windlass_model::call::Call)s and knows nothing of the world but the
//! trait [`Broker`](windlass_ports::broker::Broker) that answers them: no Git, no network, no credentials. A guest
//! sees the files of its attempt, a clock and randomness that are the host's, and nothing else.

mod abi;
mod budget;
mod code_cache;
mod compile;
mod engine;
mod guest;
mod health;
mod listing;
mod load;
mod manifest;
mod nobody;
mod output;
mod returned;
mod run;
mod sandbox;
mod snapshot;
mod stop;
mod worker;

pub use compile::{ChildCompiler, CompileError, Compiler, compile_file};
pub use manifest::{ManifestError, add_manifest, describe, read_manifest};
pub use sandbox::{Sandbox, SandboxConfig, SandboxError};
pub use snapshot::{SnapshotError, take_snapshot};
pub use worker::client::{WorkerProcess, WorkerRunner};
pub use worker::serve::serve as serve_worker;
