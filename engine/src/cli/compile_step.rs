//! `windlass compile-step`: the child process in which guests are compiled, with limits.

use std::path::PathBuf;

use crate::failure::Failure;

#[derive(Debug, clap::Args)]
pub(crate) struct CompileStepArgs {
    /// The WebAssembly binary.
    from: PathBuf,
    /// Where to write the native code.
    to: PathBuf,
}

impl CompileStepArgs {
    pub(crate) fn run(&self) -> Result<u8, Failure> {
        windlass_sandbox::compile_file(&self.from, &self.to)
            .map(|()| 0)
            .map_err(|e| Failure::environment(e.to_string()))
    }
}
