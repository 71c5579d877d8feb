//! What the tests of the program stand on: a pipeline on servers of the test's own, and the program run against it.
//!
//! The program is the one that `cargo xtask test` builds beforehand.

mod gnupg;
mod program;
mod registry;
mod served;
mod world;

pub use gnupg::Gnupg;
pub use program::{Ended, Running, Windlass, built, set_writable, test_guests};
pub use registry::RealRegistry;
pub use served::{Answer, Changes, Served};
pub use world::{Options, PIPELINE, World};
