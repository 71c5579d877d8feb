//! The rules of Kargo's admission (`kargo.md` section 1) that are about more than one value; what a value must be like is
//! said by its shape.

pub(super) mod grants;
pub(super) mod project_config;
pub(super) mod promotion;
pub(super) mod secret;
pub(super) mod stage;
pub(super) mod steps;
pub(super) mod warehouse;
