//! The program from outside, in one test binary: `e2e` promotes against real servers, `crash` kills it in the middle,
//! `cli` types what users type wrongly, `guests` runs steps that mean harm.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod cli;
mod contract;
mod crash;
mod e2e;
mod guests;
