//! The registry client against real and against hostile registries.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod auth;
mod fixture;
mod hostile;
mod patience;
mod reading;
