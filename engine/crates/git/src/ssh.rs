//! SSH: logging in to a server with a key that the host holds, and running there one of the two commands of Git.
//!
//! russh speaks the protocol, over a connection of `egress`. The server's key is always checked. There is no agent, no
//! forwarding, and nothing of the user's own configuration is read.

mod address;
mod command;
mod host;
mod key;
mod known_hosts;
mod login;
mod output;
mod refusal;
mod rsa;

pub(crate) use address::SshAddress;
pub(crate) use command::{Command, RECEIVE_PACK, UPLOAD_PACK};
pub use known_hosts::{InvalidLine, KnownHosts};
pub(crate) use login::Login;
