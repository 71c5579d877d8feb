//! The way out: the one HTTP client, and for what is no HTTP, connections. Git, registries, clusters and steps all go
//! through it, so that in one place it is decided which addresses may be reached, every redirect is checked again, bytes
//! are counted, and an attempt that is cancelled lets go of its connections.
//!
//! hyper as a client is used nowhere else. It knows nothing of grants: who may call whom is the broker's to say.

mod address;
mod client;
mod connect;
mod connector;
mod failure;
mod gzip;
mod inbound;
mod proxy;
mod redirect;
mod send;
mod substitute;
mod trust;

pub use address::is_loopback_url;
pub use client::{Egress, EgressConfig};
pub use connect::{Connection, Ended};
pub use inbound::Inbound;
pub use send::{HopCheck, Outbound, OutboundBody, Redirects};
pub use substitute::{Place, fill_in, find_tokens};
