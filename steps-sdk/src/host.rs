//! The host as a step sees it: one method for each function of the contract. In a guest the methods are the contract's
//! imports, on the author's machine they are a fake's.
//!
//! They are called directly and not through a table of methods: what a step does not call is left out of its component,
//! which then imports only what it uses.

use crate::bindings::windlass::step as contract;
use crate::{Error, git, http, objects};

/// The functions of the contract.
pub(crate) trait Host {
    fn mode(&self) -> contract::attempt::Mode;
    fn remaining_ms(&self) -> u64;
    fn cancelled(&self) -> bool;
    fn idempotency_key(&self, purpose: &str) -> String;
    fn log(&self, level: contract::log::Level, message: &str);
    fn progress(&self, done: u64, total: Option<u64>, message: &str);
    fn reveal(&self, token: &str) -> Result<String, Error>;
    fn send(&self, request: &http::Request) -> Result<http::Response, Error>;
    fn clone_repository(
        &self,
        url: &str,
        checkouts: &[git::Checkout],
        options: &str,
    ) -> Result<Vec<String>, Error>;
    fn list_refs(&self, url: &str, patterns: &[String]) -> Result<Vec<(String, String)>, Error>;
    fn worktree_head(&self, path: &str) -> Result<String, Error>;
    fn worktree_clear(&self, path: &str) -> Result<(), Error>;
    fn worktree_diff(&self, path: &str) -> Result<String, Error>;
    fn worktree_commit(&self, path: &str, message: &str, options: &str) -> Result<git::Committed, Error>;
    fn worktree_tag(&self, path: &str, name: &str, message: &str, options: &str) -> Result<String, Error>;
    fn worktree_push(&self, path: &str, to: &git::Target, options: &str) -> Result<git::Pushed, Error>;
    fn get_object(&self, key: &objects::Key) -> Result<String, Error>;
    fn query_objects(
        &self,
        api_version: &str,
        kind: &str,
        namespace: &str,
        selector: &str,
    ) -> Result<String, Error>;
    fn patch_object(
        &self,
        key: &objects::Key,
        patch: &str,
        resource_version: Option<&str>,
    ) -> Result<String, Error>;
    fn metadata(&self, kind: &str, name: &str) -> Result<String, Error>;
    fn upsert_metadata(&self, kind: &str, name: &str, values: &str) -> Result<(), Error>;
    fn set_alias(&self, freight: &str, alias: &str) -> Result<String, Error>;
    fn permissions(&self, paths: &[String]) -> Result<Vec<u32>, Error>;
    fn set_permissions(&self, changes: &[(String, u32)]) -> Result<(), Error>;
    fn copy_files(&self, copies: &[(String, String)]) -> Result<(), Error>;
}

/// The host of this program: in a guest the contract's imports.
#[cfg(target_family = "wasm")]
pub(crate) type HostHandle = Imports;

/// The host of this program: on the author's machine one that answers as a test says.
#[cfg(not(target_family = "wasm"))]
pub(crate) type HostHandle = std::rc::Rc<crate::testing::FakeHost>;

/// The contract's imports.
#[cfg(target_family = "wasm")]
#[derive(Default)]
pub(crate) struct Imports;

#[cfg(target_family = "wasm")]
impl Host for Imports {
    fn mode(&self) -> contract::attempt::Mode {
        contract::attempt::get_mode()
    }

    fn remaining_ms(&self) -> u64 {
        contract::attempt::remaining_ms()
    }

    fn cancelled(&self) -> bool {
        contract::attempt::cancelled()
    }

    fn idempotency_key(&self, purpose: &str) -> String {
        contract::attempt::idempotency_key(purpose)
    }

    fn log(&self, level: contract::log::Level, message: &str) {
        contract::log::write(level, message, "{}");
    }

    fn progress(&self, done: u64, total: Option<u64>, message: &str) {
        contract::log::progress(done, total, message);
    }

    fn reveal(&self, token: &str) -> Result<String, Error> {
        contract::secrets::reveal(token)
    }

    fn send(&self, request: &http::Request) -> Result<http::Response, Error> {
        contract::http::send(request)
    }

    fn clone_repository(
        &self,
        url: &str,
        checkouts: &[git::Checkout],
        options: &str,
    ) -> Result<Vec<String>, Error> {
        contract::git::clone(url, checkouts, options)
    }

    fn list_refs(&self, url: &str, patterns: &[String]) -> Result<Vec<(String, String)>, Error> {
        contract::git::list_refs(url, patterns)
    }

    fn worktree_head(&self, path: &str) -> Result<String, Error> {
        contract::git::Worktree::open(path)?.head()
    }

    fn worktree_clear(&self, path: &str) -> Result<(), Error> {
        contract::git::Worktree::open(path)?.clear()
    }

    fn worktree_diff(&self, path: &str) -> Result<String, Error> {
        contract::git::Worktree::open(path)?.diff("{}")
    }

    fn worktree_commit(&self, path: &str, message: &str, options: &str) -> Result<git::Committed, Error> {
        contract::git::Worktree::open(path)?.commit(message, options)
    }

    fn worktree_tag(&self, path: &str, name: &str, message: &str, options: &str) -> Result<String, Error> {
        contract::git::Worktree::open(path)?.tag(name, message, options)
    }

    fn worktree_push(&self, path: &str, to: &git::Target, options: &str) -> Result<git::Pushed, Error> {
        contract::git::Worktree::open(path)?.push(to, options)
    }

    fn get_object(&self, key: &objects::Key) -> Result<String, Error> {
        contract::objects::get(key)
    }

    fn query_objects(
        &self,
        api_version: &str,
        kind: &str,
        namespace: &str,
        selector: &str,
    ) -> Result<String, Error> {
        contract::objects::query(api_version, kind, namespace, selector)
    }

    fn patch_object(
        &self,
        key: &objects::Key,
        patch: &str,
        resource_version: Option<&str>,
    ) -> Result<String, Error> {
        contract::objects::patch(key, patch, resource_version)
    }

    fn metadata(&self, kind: &str, name: &str) -> Result<String, Error> {
        contract::metadata::get(kind, name)
    }

    fn upsert_metadata(&self, kind: &str, name: &str, values: &str) -> Result<(), Error> {
        contract::metadata::upsert(kind, name, values)
    }

    fn set_alias(&self, freight: &str, alias: &str) -> Result<String, Error> {
        contract::metadata::set_alias(freight, alias)
    }

    fn permissions(&self, paths: &[String]) -> Result<Vec<u32>, Error> {
        contract::files::permissions(paths)
    }

    fn set_permissions(&self, changes: &[(String, u32)]) -> Result<(), Error> {
        contract::files::set_permissions(changes)
    }

    fn copy_files(&self, copies: &[(String, String)]) -> Result<(), Error> {
        contract::files::copy(copies)
    }
}
