//! The contract between a step and its host: every call with its answer, the same in the engine's own process and over a
//! socket to `windlass worker`.

mod calls;
mod typed;
