//! Real servers on loopback: Git over smart HTTP, an OCI registry, a Kubernetes API whose Applications are looked after as
//! Argo CD's controller does it, and answers made beforehand. Tests speak to them over sockets as to the real ones, and so
//! does `windlass demo`. Git over SSH is served by the system's own `sshd`, for tests alone.
//!
//! It may run the programs `git` and `psql`, and listen on sockets. It knows nothing of the rooms that it helps to test.

#[cfg(feature = "contract")]
pub mod contract;
pub mod gate;
pub mod git;
pub mod kubernetes;
pub mod login;
pub mod memory;
pub mod network;
mod percent;
pub mod postgres;
pub mod registry;
pub mod routes;
pub mod server;
#[cfg(feature = "ssh")]
pub mod ssh;

pub use gate::{Fault, FaultRule, Gate};
pub use git::GitServer;
pub use kubernetes::KubernetesApi;
pub use login::Login;
pub use registry::OciRegistry;
pub use routes::Routes;
pub use server::{Server, ServerConfig};
#[cfg(feature = "ssh")]
pub use ssh::SshServer;
