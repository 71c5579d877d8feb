//! Git as steps and discovery use it, against a real Git server.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod clone;
mod fixture;
mod history;
mod hostile;
mod local;
mod login;
mod policy;
mod push;
mod rebase;
mod signing;
mod ssh;
mod ssh_fixture;
mod ssh_hostile;
mod ssh_rogue;
mod ssh_trust;
mod submodule;
mod worktree;
