//! The API: Kargo's routes under `/v1beta1`, our own under `/windlass/v1`.
//!
//! `routes` is the one table of them, with the permission beside each; `access` says who asks and whether he may; `handlers`
//! has a file for each family of resources, `list` and `watch` are the forms of many, and `server` listens.

mod access;
mod answer;
mod handlers;
mod list;
mod metrics;
mod routes;
mod server;
mod watch;

pub use access::Access;
pub use server::{Build, Server, ServerConfig};
