//! The capabilities, as methods of [`Context`](crate::Context) that return handles: `context.http().send(…)`.

pub mod attempt;
pub mod git;
pub mod http;
pub mod log;
pub mod objects;
pub mod secrets;
