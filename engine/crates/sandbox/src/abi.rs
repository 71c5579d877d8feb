//! The skins: what a guest can import, one module an interface. All turn what the guest asks into calls, or into
//! operations on the attempt's own directory, clock and randomness.

pub(crate) mod call_import;
pub(crate) mod http02;
pub(crate) mod preview1;
pub(crate) mod v0_1;
pub(crate) mod wasi02;

use wasmtime::Engine;

use crate::guest::Guest;

/// Everything a component may import.
pub(crate) fn component_linker(engine: &Engine) -> wasmtime::Result<wasmtime::component::Linker<Guest>> {
    let mut linker = wasmtime::component::Linker::new(engine);
    wasi02::add_to_linker(&mut linker)?;
    http02::add_to_linker(&mut linker)?;
    v0_1::add_to_linker(&mut linker)?;
    Ok(linker)
}

/// Everything a preview1 module may import.
pub(crate) fn module_linker(engine: &Engine) -> wasmtime::Result<wasmtime::Linker<Guest>> {
    let mut linker = wasmtime::Linker::new(engine);
    preview1::add_to_linker(&mut linker)?;
    call_import::add_to_linker(&mut linker)?;
    Ok(linker)
}
