//! Keeps projects going: what discovers, promotes, verifies and forgets, and what can be asked of all that.

pub mod data;
pub mod project;
pub mod records;
