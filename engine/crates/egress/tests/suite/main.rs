//! The way out, against servers on loopback.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod connect;
mod exchange;
mod fixture;
mod headers;
mod hostile;
mod proxy;
mod server;
