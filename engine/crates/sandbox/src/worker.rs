//! The sandbox in a process of its own (`windlass worker`), which speaks with its parent over a Unix socket.
//!
//! It proves that nothing but calls and answers passes the seam between sandbox and broker, and is the road to a process
//! for each tenant.

pub(crate) mod client;
mod protocol;
pub(crate) mod serve;
