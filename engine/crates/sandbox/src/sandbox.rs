//! The sandbox: loads guests, keeps them ready, and runs each incarnation on a thread of its own.
//!
//! A guest runs on a thread and not as a future: its processor time can then be measured exactly, the operating system
//! divides the processors fairly between guests that compute, and no future of a guest can be dropped while one of its
//! calls is in flight.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use tokio::sync::Semaphore;
use wasmtime::Engine;
use windlass_model::digest::Digest;
use windlass_model::limits::Usage;
use windlass_model::outcome::Outcome;
use windlass_ports::clock::Clock;
use windlass_ports::step_catalog::StepBinary;
use windlass_ports::step_runner::{Ending, RunReport, RunRequest, StepRunner};

use crate::code_cache::{CacheError, CodeCache};
use crate::compile::Compiler;
use crate::engine::{MAX_GUESTS, Ticker, new_engine, spawn_ticker};
use crate::load::{Linkers, Loaded};
use crate::run::run_guest;

/// What a sandbox needs.
pub struct SandboxConfig {
    /// Where compiled guests are kept.
    pub cache_dir: PathBuf,
    /// Compiles guests that are not there yet.
    pub compiler: Arc<dyn Compiler>,
    /// The host's clock.
    pub clock: Arc<dyn Clock>,
}

/// Why there can be no sandbox.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The cache cannot be used.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// WebAssembly cannot run here.
    #[error("WebAssembly cannot run on this machine: {0}")]
    Engine(String),
}

/// Runs guests.
pub struct Sandbox {
    engine: Engine,
    linkers: Linkers,
    cache: CodeCache,
    clock: Arc<dyn Clock>,
    loaded: Mutex<HashMap<Digest, Arc<Loaded>>>,
    slots: Arc<Semaphore>,
    _ticker: Arc<Ticker>,
}

impl Sandbox {
    /// A sandbox that has loaded nothing yet.
    ///
    /// # Errors
    /// If WebAssembly cannot run here or the cache cannot be used.
    pub fn new(config: SandboxConfig) -> Result<Self, SandboxError> {
        let failed = |e: wasmtime::Error| SandboxError::Engine(format!("{e:#}"));
        let engine = new_engine().map_err(failed)?;
        let ticker = spawn_ticker(&engine).map_err(|e| SandboxError::Engine(e.to_string()))?;
        Ok(Self {
            linkers: Linkers::new(&engine).map_err(failed)?,
            cache: CodeCache::open(&config.cache_dir, &engine, config.compiler)?,
            clock: config.clock,
            loaded: Mutex::new(HashMap::new()),
            slots: Arc::new(Semaphore::new(MAX_GUESTS as usize)),
            engine,
            _ticker: ticker,
        })
    }

    /// Whether the code of a guest is in the cache, so that it starts at once.
    #[must_use]
    pub fn is_compiled(&self, binary: &StepBinary) -> bool {
        self.cache.find(&binary.digest).is_some()
    }

    /// Compiles a guest if need be and keeps it ready to start.
    ///
    /// # Errors
    /// Why it cannot be run, for people.
    pub async fn prepare(&self, binary: &StepBinary) -> Result<(), String> {
        self.load(binary).await.map(|_| ())
    }

    async fn load(&self, binary: &StepBinary) -> Result<Arc<Loaded>, String> {
        let known =
            |digest| self.loaded.lock().unwrap_or_else(PoisonError::into_inner).get(digest).map(Arc::clone);
        if let Some(loaded) = known(&binary.digest) {
            return Ok(loaded);
        }
        let code = self.cache.get(&binary.digest, &binary.path).await.map_err(|e| e.to_string())?;
        let loaded = Arc::new(self.linkers.load(&self.engine, &code).map_err(|e| e.to_string())?);
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner).insert(binary.digest, Arc::clone(&loaded));
        Ok(loaded)
    }
}

#[async_trait]
impl StepRunner for Sandbox {
    async fn run(&self, request: RunRequest) -> RunReport {
        let loaded = match self.load(&request.binary).await {
            Ok(loaded) => loaded,
            Err(message) => return never_started(Outcome::errored_terminal(message)),
        };
        let Ok(slot) = Arc::clone(&self.slots).acquire_owned().await else {
            return never_started(Outcome::errored("the sandbox is shutting down"));
        };
        let (engine, clock) = (self.engine.clone(), Arc::clone(&self.clock));
        let runtime = tokio::runtime::Handle::current();
        let run = tokio::task::spawn_blocking(move || {
            let report = run_guest(&engine, &loaded, &request, &clock, &runtime);
            drop(slot);
            report
        });
        run.await.unwrap_or_else(|error| {
            never_started(Outcome::errored_terminal(format!(
                "the host failed while it ran the step: {error}"
            )))
        })
    }
}

fn never_started(outcome: Outcome) -> RunReport {
    RunReport { ending: Ending::Ended(outcome), usage: Usage::default() }
}
