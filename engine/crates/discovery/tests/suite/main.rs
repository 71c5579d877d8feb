//! Discovery against real repositories on loopback.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod chart;
mod fixture;
mod git;
mod image;
