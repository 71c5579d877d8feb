//! The capabilities, as methods of [`Context`](crate::Context): `context.send(…)`, `context.worktree(path).commit(…)`.

pub mod attempt;
mod files;
pub mod git;
pub mod http;
pub mod log;
pub mod metadata;
pub mod objects;
pub mod secrets;
