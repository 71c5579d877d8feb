//! Keeps projects going: what discovers, promotes, verifies and forgets, and what can be asked of all that.
//!
//! Each project has one loop, in `actor`. What it decides is a function of what is recorded (`windlass-promotion`), so a
//! process that dies at any moment is followed by one that goes on. `control` is the door for requests.

mod actor;
mod admit;
mod conditions;
pub mod control;
pub mod counts;
pub mod data;
mod freight_index;
pub mod ports;
pub mod project;
pub mod records;
pub mod registry;
pub mod retention;
mod show;
mod trouble;
mod why;
