//! Suites that every implementation of a port must pass. They are run by the tests of the rooms that implement it,
//! against servers of this crate that they start themselves, and panic where an implementation breaks its promise.

mod images;
mod objects;

pub use images::check_images;
pub use objects::check_objects;
