//! Image registries, read as the OCI distribution-spec says: tags over all pages, what a tag points to, with tokens or
//! passwords. The only room that knows their protocol; everything goes out through `egress`.
//!
//! Registries are not trusted: what they send is bounded, content must have the digest that was asked for, links and
//! redirects lead nowhere else with a credential, and no credential crosses an unencrypted network.

mod answer;
mod challenge;
mod charts;
mod client;
mod digest;
mod inspect;
mod link;
mod manifest;
mod pace;
mod reference;
mod retry;
mod scheme;
mod session;
mod tags;
mod token;

pub use client::RegistryClient;
