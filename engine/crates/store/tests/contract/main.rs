//! The store through its ports.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod contract;
mod place;
mod postgres;
mod sqlite;
