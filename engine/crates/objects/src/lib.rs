//! Kubernetes-shaped objects of one cluster, reached over `egress`: read, picked by label, patched, and waited for.
//!
//! It knows the Kubernetes API's protocol and nothing of any kind's meaning. It reads the files that a kubeconfig names;
//! where that kubeconfig is, and what the environment says, its caller knows.

mod client;
mod cluster;
mod events;
mod exchange;
mod kubeconfig;
mod path;
mod refusal;
mod selector;
mod wait;

pub use client::ClusterObjects;
pub use cluster::{Cluster, ClusterError, ServiceAccount};
