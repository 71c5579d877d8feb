//! Compiling guests: in a process of its own with limits, never where promotions run. How long and how much memory a
//! binary takes to compile is in its author's hand.

use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use rustix::process::{Resource, Rlimit};

use crate::engine::new_engine;
use crate::manifest::MAX_BINARY_BYTES;

/// The compiling process may compute this long.
const CPU_SECONDS: u64 = 300;

/// The compiling process may use this much memory of its own. The largest guest (Helm's library) takes 0.45 GB.
const DATA_BYTES: u64 = 3 << 30;

/// The compiling process may take this long.
const WALL: Duration = Duration::from_mins(10);

/// Why a guest could not be compiled.
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    /// The binary is not valid, or uses what is turned off.
    #[error("{0}")]
    Invalid(String),
    /// The compiling process failed.
    #[error("compiling failed: {0}")]
    Process(String),
}

/// Turns a guest into native code.
#[async_trait]
pub trait Compiler: Send + Sync {
    /// Compiles the binary `from` into the file `to`.
    async fn compile(&self, from: &Path, to: &Path) -> Result<(), CompileError>;
}

/// Compiles in a child process: a program that calls [`compile_file`] with its last two arguments.
#[derive(Debug, Clone)]
pub struct ChildCompiler {
    program: PathBuf,
    arguments: Vec<String>,
}

impl ChildCompiler {
    /// Runs `program` with `arguments` and the two paths.
    #[must_use]
    pub fn new(program: PathBuf, arguments: Vec<String>) -> Self {
        Self { program, arguments }
    }
}

#[async_trait]
impl Compiler for ChildCompiler {
    async fn compile(&self, from: &Path, to: &Path) -> Result<(), CompileError> {
        let failed = |e: std::io::Error| CompileError::Process(format!("{}: {e}", self.program.display()));
        let mut command = tokio::process::Command::new(&self.program);
        command
            .args(&self.arguments)
            .arg(from)
            .arg(to)
            .env_clear()
            .stdin(std::process::Stdio::null())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::piped())
            .kill_on_drop(true);
        let child = command.spawn().map_err(failed)?;
        let output = match tokio::time::timeout(WALL, child.wait_with_output()).await {
            Ok(output) => output.map_err(failed)?,
            Err(_) => return Err(CompileError::Process(format!("no end after {WALL:?}"))),
        };
        let text = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        match output.status.code() {
            Some(0) => Ok(()),
            Some(_) => Err(CompileError::Invalid(text)),
            None => Err(CompileError::Process(format!("the compiler was ended ({}); {text}", output.status))),
        }
    }
}

/// Compiles the binary `from` into the file `to`, after bounding this very process. Only for a process that does
/// nothing else.
///
/// # Errors
/// If the binary is too large, is not valid, or uses what is turned off.
pub fn compile_file(from: &Path, to: &Path) -> Result<(), CompileError> {
    bound_this_process();
    let binary =
        std::fs::read(from).map_err(|e| CompileError::Invalid(format!("{}: {e}", from.display())))?;
    if binary.len() > MAX_BINARY_BYTES {
        return Err(CompileError::Invalid(format!(
            "the binary has {} bytes, more than the {MAX_BINARY_BYTES} allowed",
            binary.len()
        )));
    }
    if wasmtime::Engine::detect_precompiled(&binary).is_some() {
        return Err(CompileError::Invalid(
            "this is native code compiled elsewhere, which is never run; give the WebAssembly binary"
                .to_owned(),
        ));
    }
    let invalid = |e: wasmtime::Error| CompileError::Invalid(format!("{e:#}"));
    let engine = new_engine().map_err(invalid)?;
    let code = if wasmparser::Parser::is_component(&binary) {
        engine.precompile_component(&binary)
    } else {
        engine.precompile_module(&binary)
    };
    std::fs::write(to, code.map_err(invalid)?)
        .map_err(|e| CompileError::Process(format!("{}: {e}", to.display())))
}

fn bound_this_process() {
    let limit = |resource, most| {
        // Where the system knows no such limit, the parent's timeout is left.
        let _ = rustix::process::setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
    };
    limit(Resource::Cpu, CPU_SECONDS);
    limit(Resource::Data, DATA_BYTES);
    limit(Resource::Core, 0);
}
