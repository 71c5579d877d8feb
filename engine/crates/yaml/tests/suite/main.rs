//! Tests of the crate through its public interface, one binary.

mod errors;
mod generate;
mod golden;
mod limits;
mod origin;
mod patch_collections;
mod patch_properties;
mod patch_scalars;
mod path;
mod round_trip;
mod tree;
mod vectors;
