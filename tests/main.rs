//! The program from outside, in one test binary: `e2e` promotes against real servers, `crash` kills it in the middle,
//! `cli` types what users type wrongly, `guests` runs steps that mean harm, `differential` compares steps with their originals,
//! `serve` has a server keep projects going.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod cli;
mod contract;
mod crash;
mod differential;
mod e2e;
mod guests;
mod serve;
