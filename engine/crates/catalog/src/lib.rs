//! The steps there are: an index of binaries with their manifests, and the check of configurations against their schemas.
//!
//! The only room that knows the JSON Schema library. The index is written when steps are built
//! ([`StepIndex`]); nothing is run or even read to know what a step takes.

mod check;
mod directory;
mod index;
mod nearest;

pub use check::{SchemaError, check_schema};
pub use directory::StepDirectory;
pub use index::{IndexEntry, IndexError, StepIndex};
pub use nearest::{nearest, nearest_within};
