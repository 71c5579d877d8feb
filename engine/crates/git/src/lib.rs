//! Git for steps and for discovery. The only room that speaks Git, through libgit2, which gets no network of its own:
//! HTTP and SSH go over `egress`, `file://` only into directories that the operator lists.
//!
//! Three places hold Git data. A *mirror* per (tenant, URL, credential) under the data directory has what was fetched.
//! A *repository* per promotion and URL has the promotion's own commits and borrows the rest from the mirror. The *work
//! directory* has files and an inert `.git` marker: libgit2 never sees it. Heads, indexes and identities are the
//! host's, beside the work directory, and are undone together with it. So nothing that a guest writes (a `.git`
//! directory, a config, hooks, alternates, attributes) is ever read as Git's.

mod checkout;
mod clone;
mod commit;
mod commit_page;
mod committer;
mod error;
mod files;
mod history;
mod host;
mod ignored;
mod integrate;
mod merge;
mod mirror;
mod policy;
mod push;
mod remote;
mod repository;
mod rsa_numbers;
mod setup;
mod shared;
mod signing;
mod sparse;
mod ssh;
mod stage;
mod state;
mod submodule;
mod swap;
mod tags;
mod transport;
mod writers;

pub use host::{GitHost, GitHostConfig};
pub use policy::{IntegrationPolicy, UnknownPolicy};
pub use ssh::{InvalidLine, KnownHosts};
