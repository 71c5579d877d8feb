//! The servers, spoken to over sockets.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod argo;
mod client;
mod git;
mod git_faults;
mod kubernetes;
mod kubernetes_watch;
mod registry;
mod registry_auth;
mod routes;
mod server;
mod ssh;
