//! The rules of Kargo's admission and of its schemas (`kargo.md` section 1), with places.

pub(super) mod grants;
pub(super) mod secret;
pub(super) mod stage;
pub(super) mod steps;
pub(super) mod warehouse;
