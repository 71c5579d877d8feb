//! Choosing among what was found.

pub(crate) mod commit;
pub(crate) mod expression;
pub(crate) mod image;
