//! The objects of a cluster, over sockets.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod fixture;
mod login;
mod reading;
mod waiting;
