//! A host that answers as a test says, in the JSON form of the calls.

use std::cell::RefCell;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::{Answer, RecordedCall, error};
use crate::bindings::windlass::step::attempt::Mode;
use crate::bindings::windlass::step::log::Level;
use crate::host::Host;
use crate::{Error, ErrorKind, git, http, objects};

/// Gives the answer to a call.
pub(super) type Script = Box<dyn Fn(&RecordedCall) -> Answer>;

/// The host.
#[derive(Default)]
pub(crate) struct FakeHost {
    /// For each function the scripts that were given, the newest last; that one counts.
    pub(super) scripts: RefCell<Vec<(String, Script)>>,
    pub(super) calls: RefCell<Vec<RecordedCall>>,
    pub(super) log: RefCell<Vec<String>>,
    /// The work directory.
    pub(super) dir: RefCell<PathBuf>,
}

impl FakeHost {
    fn call(&self, function: &'static str, arguments: Value) -> Answer {
        let call = RecordedCall { function, arguments };
        let scripts = self.scripts.borrow();
        let answer = scripts.iter().rev().find(|(name, _)| name == function).map_or_else(
            || Err(error(ErrorKind::Denied, "not-granted", &format!("the test does not answer {function}"))),
            |(_, script)| script(&call),
        );
        self.calls.borrow_mut().push(call);
        answer
    }
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}

fn options(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

fn key_json(key: &objects::Key) -> Value {
    json!({
        "apiVersion": key.api_version, "kind": key.kind, "namespace": key.namespace, "name": key.name
    })
}

impl Host for FakeHost {
    fn mode(&self) -> Mode {
        Mode::Live
    }

    fn remaining_ms(&self) -> u64 {
        600_000
    }

    fn cancelled(&self) -> bool {
        false
    }

    fn idempotency_key(&self, purpose: &str) -> String {
        format!("key-of-{purpose}")
    }

    fn log(&self, _level: Level, message: &str) {
        self.log.borrow_mut().push(message.to_owned());
    }

    fn progress(&self, _done: u64, _total: Option<u64>, _message: &str) {}

    fn reveal(&self, token: &str) -> Result<String, Error> {
        let answer = self.call("secrets.reveal", json!({ "token": token }))?;
        Ok(answer.as_str().unwrap_or_default().to_owned())
    }

    fn send(&self, request: &http::Request) -> Result<http::Response, Error> {
        let body = match &request.body {
            http::Body::None => Value::Null,
            http::Body::Bytes(bytes) => Value::String(String::from_utf8_lossy(bytes).into_owned()),
            http::Body::File(path) => json!({ "file": path }),
        };
        let effect = if request.effect == http::Effect::Read { "read" } else { "write" };
        let options = options(&request.options);
        let answer = self.call(
            "http.send",
            json!({
                "method": request.method, "url": request.url, "headers": request.headers, "body": body,
                "effect": effect, "options": options
            }),
        )?;
        let mut body = text(&answer, "body").into_bytes();
        // Files are real in a test.
        if let Some(path) = options["saveTo"].as_str() {
            std::fs::write(self.dir.borrow().join(path), std::mem::take(&mut body))
                .map_err(|e| not_a_file(path, &e))?;
        }
        Ok(http::Response {
            status: answer["status"].as_u64().and_then(|s| u16::try_from(s).ok()).unwrap_or(200),
            headers: serde_json::from_value(answer["headers"].clone()).unwrap_or_default(),
            body,
        })
    }

    fn clone_repository(
        &self,
        url: &str,
        checkouts: &[git::Checkout],
        clone_options: &str,
    ) -> Result<Vec<String>, Error> {
        let checkouts: Vec<Value> = checkouts.iter().map(checkout_json).collect();
        let answer = self.call(
            "git.clone",
            json!({ "url": url, "checkouts": checkouts, "options": options(clone_options) }),
        )?;
        Ok(serde_json::from_value(answer).unwrap_or_default())
    }

    fn list_refs(&self, url: &str, patterns: &[String]) -> Result<Vec<(String, String)>, Error> {
        let answer = self.call("git.listRefs", json!({ "url": url, "patterns": patterns }))?;
        Ok(serde_json::from_value(answer).unwrap_or_default())
    }

    fn worktree_head(&self, path: &str) -> Result<String, Error> {
        Ok(self.call("git.worktree.head", json!({ "path": path }))?.to_string())
    }

    fn worktree_clear(&self, path: &str) -> Result<(), Error> {
        self.call("git.worktree.clear", json!({ "path": path })).map(|_| ())
    }

    fn worktree_diff(&self, path: &str) -> Result<String, Error> {
        Ok(self.call("git.worktree.diff", json!({ "path": path }))?.to_string())
    }

    fn worktree_commit(
        &self,
        path: &str,
        message: &str,
        commit_options: &str,
    ) -> Result<git::Committed, Error> {
        let answer = self.call(
            "git.worktree.commit",
            json!({ "path": path, "message": message, "options": options(commit_options) }),
        )?;
        Ok(git::Committed {
            commit: text(&answer, "commit"),
            changed: answer["changed"].as_bool().unwrap_or(true),
        })
    }

    fn worktree_tag(
        &self,
        path: &str,
        name: &str,
        message: &str,
        tag_options: &str,
    ) -> Result<String, Error> {
        let answer = self.call(
            "git.worktree.tag",
            json!({ "path": path, "name": name, "message": message, "options": options(tag_options) }),
        )?;
        Ok(answer.as_str().unwrap_or_default().to_owned())
    }

    fn worktree_push(&self, path: &str, to: &git::Target, push_options: &str) -> Result<git::Pushed, Error> {
        let to = match to {
            git::Target::Current => json!("current"),
            git::Target::Branch(name) => json!({ "branch": name }),
            git::Target::Tag(name) => json!({ "tag": name }),
        };
        let answer = self
            .call("git.worktree.push", json!({ "path": path, "to": to, "options": options(push_options) }))?;
        Ok(git::Pushed {
            ref_: text(&answer, "ref"),
            commit: text(&answer, "commit"),
            url: answer["url"].as_str().map(ToOwned::to_owned),
        })
    }

    fn get_object(&self, key: &objects::Key) -> Result<String, Error> {
        Ok(self.call("objects.get", json!({ "key": key_json(key) }))?.to_string())
    }

    fn query_objects(
        &self,
        api_version: &str,
        kind: &str,
        namespace: &str,
        selector: &str,
    ) -> Result<String, Error> {
        let arguments = json!({
            "apiVersion": api_version, "kind": kind, "namespace": namespace, "selector": options(selector)
        });
        Ok(self.call("objects.query", arguments)?.to_string())
    }

    fn patch_object(
        &self,
        key: &objects::Key,
        patch: &str,
        resource_version: Option<&str>,
    ) -> Result<String, Error> {
        let arguments = json!({
            "key": key_json(key), "patch": options(patch), "resourceVersion": resource_version
        });
        Ok(self.call("objects.patch", arguments)?.to_string())
    }

    fn metadata(&self, kind: &str, name: &str) -> Result<String, Error> {
        Ok(self.call("metadata.get", json!({ "kind": kind, "name": name }))?.to_string())
    }

    fn upsert_metadata(&self, kind: &str, name: &str, values: &str) -> Result<(), Error> {
        let arguments = json!({ "kind": kind, "name": name, "values": options(values) });
        self.call("metadata.upsert", arguments).map(|_| ())
    }

    fn set_alias(&self, freight: &str, alias: &str) -> Result<String, Error> {
        let answer = self.call("metadata.setAlias", json!({ "freight": freight, "alias": alias }))?;
        Ok(answer.as_str().unwrap_or_default().to_owned())
    }

    // Files are real in a test, and so are their permissions.

    fn permissions(&self, paths: &[String]) -> Result<Vec<u32>, Error> {
        let of = |path: &String| {
            let metadata = self.dir.borrow().join(path).symlink_metadata();
            metadata.map(|metadata| metadata.permissions().mode() & 0o777).map_err(|e| not_a_file(path, &e))
        };
        paths.iter().map(of).collect()
    }

    fn set_permissions(&self, changes: &[(String, u32)]) -> Result<(), Error> {
        changes.iter().try_for_each(|(path, bits)| {
            let permissions = std::fs::Permissions::from_mode(bits & 0o777);
            std::fs::set_permissions(self.dir.borrow().join(path), permissions)
                .map_err(|e| not_a_file(path, &e))
        })
    }

    fn copy_files(&self, copies: &[(String, String)]) -> Result<(), Error> {
        let dir = self.dir.borrow();
        copies.iter().filter(|(from, to)| from != to).try_for_each(|(from, to)| {
            let is_link = |path: &String| dir.join(path).is_symlink();
            if let Some(link) = [from, to].into_iter().find(|path| is_link(path)) {
                return Err(error(
                    ErrorKind::Invalid,
                    "file-unusable",
                    &format!("{link}: it is a symbolic link"),
                ));
            }
            std::fs::copy(dir.join(from), dir.join(to)).map(|_| ()).map_err(|e| not_a_file(from, &e))
        })
    }
}

fn not_a_file(path: &str, reason: &std::io::Error) -> Error {
    error(ErrorKind::NotFound, "file-not-found", &format!("{path}: {reason}"))
}

fn checkout_json(checkout: &git::Checkout) -> Value {
    let rev = match &checkout.rev {
        git::Rev::DefaultBranch => json!("default-branch"),
        git::Rev::Branch(name) => json!({ "branch": name }),
        git::Rev::Tag(name) => json!({ "tag": name }),
        git::Rev::Commit(id) => json!({ "commit": id }),
    };
    json!({
        "rev": rev, "path": checkout.path, "create": checkout.create, "sparse": checkout.sparse
    })
}
