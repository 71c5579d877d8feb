//! From compiled code to something that can be started: what a guest is shows in what it exports.

use std::path::Path;

use wasmtime::component::Component;
use wasmtime::{Engine, Module};
use wasmtime_wasi::p2::bindings::sync::CommandPre;

use crate::abi;
use crate::abi::v0_1::bindings::StepPre;
use crate::guest::Guest;

/// A guest, ready to be started any number of times.
pub(crate) enum Loaded {
    /// A component with the typed contract.
    Typed(StepPre<Guest>),
    /// A component that is a WASI command.
    Command(CommandPre<Guest>),
    /// A preview1 module.
    Module(wasmtime::InstancePre<Guest>),
}

/// Why a guest cannot be started.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum LoadError {
    #[error(
        "the step exports neither windlass:step/run nor wasi:cli/run nor _start; it exports {0}, so there is nothing \
         to run"
    )]
    NothingToRun(String),
    #[error("the step imports {0}, which Windlass does not offer to steps{hint}", hint = import_hint(.0))]
    Import(String),
    #[error("the step cannot be loaded: {0}")]
    Broken(String),
}

fn import_hint(name: &str) -> &'static str {
    if name.starts_with("wasi:sockets") || name.contains("sock_") {
        "; use http, git or objects of windlass:step instead of sockets"
    } else if name.starts_with("windlass:step/") {
        " yet"
    } else {
        ""
    }
}

/// The linkers, made once.
pub(crate) struct Linkers {
    components: wasmtime::component::Linker<Guest>,
    modules: wasmtime::Linker<Guest>,
}

impl Linkers {
    pub(crate) fn new(engine: &Engine) -> wasmtime::Result<Self> {
        Ok(Self { components: abi::component_linker(engine)?, modules: abi::module_linker(engine)? })
    }

    /// Loads the code in `path`, which this engine's own compiler wrote.
    pub(crate) fn load(&self, engine: &Engine, path: &Path) -> Result<Loaded, LoadError> {
        match Engine::detect_precompiled_file(path).map_err(|e| broken(&e))? {
            Some(wasmtime::Precompiled::Component) => self.load_component(engine, path),
            Some(wasmtime::Precompiled::Module) => self.load_module(engine, path),
            None => Err(LoadError::Broken(format!("{} is not compiled code", path.display()))),
        }
    }

    fn load_component(&self, engine: &Engine, path: &Path) -> Result<Loaded, LoadError> {
        #[expect(unsafe_code, reason = "the cache holds only what our own compiler wrote, see code_cache")]
        // SAFETY: the file comes from a directory that only this user can write to, under a name that only the
        // compiling child of this engine gives.
        let component = unsafe { Component::deserialize_file(engine, path) }.map_err(|e| broken(&e))?;
        let exports: Vec<String> =
            component.component_type().exports(engine).map(|(name, _)| name.to_owned()).collect();
        let pre = self
            .components
            .instantiate_pre(&component)
            .map_err(|e| missing_import(&component, engine, &e))?;
        if exports.iter().any(|name| name.starts_with("windlass:step/run@")) {
            return StepPre::new(pre).map(Loaded::Typed).map_err(|e| broken(&e));
        }
        if exports.iter().any(|name| name.starts_with("wasi:cli/run@")) {
            return CommandPre::new(pre).map(Loaded::Command).map_err(|e| broken(&e));
        }
        Err(LoadError::NothingToRun(exports.join(", ")))
    }

    fn load_module(&self, engine: &Engine, path: &Path) -> Result<Loaded, LoadError> {
        #[expect(unsafe_code, reason = "the cache holds only what our own compiler wrote, see code_cache")]
        // SAFETY: as for components.
        let module = unsafe { Module::deserialize_file(engine, path) }.map_err(|e| broken(&e))?;
        if module.get_export("_start").is_none() {
            let exports: Vec<&str> = module.exports().map(|export| export.name()).collect();
            return Err(LoadError::NothingToRun(exports.join(", ")));
        }
        self.modules.instantiate_pre(&module).map(Loaded::Module).map_err(|e| {
            let import = e.downcast_ref::<wasmtime::UnknownImportError>();
            import.map_or_else(|| broken(&e), |i| LoadError::Import(format!("{}::{}", i.module(), i.name())))
        })
    }
}

fn broken(error: &wasmtime::Error) -> LoadError {
    // The causes, without the name of a file that the host made.
    let causes =
        error.chain().map(ToString::to_string).filter(|cause| !cause.contains("failed deserialization for"));
    LoadError::Broken(causes.collect::<Vec<_>>().join(": "))
}

/// Which of a component's imports the linker does not have; wasmtime tells only in words.
fn missing_import(component: &Component, engine: &Engine, error: &wasmtime::Error) -> LoadError {
    let text = format!("{error:#}");
    let named = component
        .component_type()
        .imports(engine)
        .map(|(name, _)| name.to_owned())
        .find(|name| text.contains(name.as_str()));
    named.map_or(LoadError::Broken(text), LoadError::Import)
}
