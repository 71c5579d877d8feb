//! `windlass:step@0.1.0`, the typed contract. Everything is turned into [`Call`](windlass_model::call::Call)s once, here:
//! no other room sees these bindings.

mod attempt;
mod convert;
mod files;
#[expect(unreachable_pub, reason = "the generated bindings name the resource's type as public")]
pub mod git;
mod http;
mod log;
mod metadata;
mod objects;

use wasmtime::component::{HasSelf, Linker};

use crate::guest::Guest;

pub(crate) mod bindings {
    wasmtime::component::bindgen!({
        path: "../../../wit",
        world: "step",
        with: { "windlass:step/git.worktree": super::git::WorktreePath },
        imports: { default: trappable },
    });
}

/// The part of the contract that lets a step describe itself.
pub(crate) mod described {
    wasmtime::component::bindgen!({ path: "../../../wit", world: "described" });
}

pub(crate) fn add_to_linker(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    use bindings::windlass::step;
    fn guest(guest: &mut Guest) -> &mut Guest {
        guest
    }
    step::types::add_to_linker::<Guest, HasSelf<Guest>>(linker, guest)?;
    step::attempt::add_to_linker::<Guest, HasSelf<Guest>>(linker, guest)?;
    step::log::add_to_linker::<Guest, HasSelf<Guest>>(linker, guest)?;
    step::secrets::add_to_linker::<Guest, HasSelf<Guest>>(linker, guest)?;
    step::http::add_to_linker::<Guest, HasSelf<Guest>>(linker, guest)?;
    step::git::add_to_linker::<Guest, HasSelf<Guest>>(linker, guest)?;
    step::objects::add_to_linker::<Guest, HasSelf<Guest>>(linker, guest)?;
    step::metadata::add_to_linker::<Guest, HasSelf<Guest>>(linker, guest)?;
    step::files::add_to_linker::<Guest, HasSelf<Guest>>(linker, guest)
}
