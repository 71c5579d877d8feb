//! Testing a step on the author's machine: a work directory of its own, and a host that answers as the test says.
//!
//! Whatever the test does not answer is denied, as it would be without a grant.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use serde_json::Value;

use crate::bindings::windlass::step::log::Level;
use crate::context::{Context, StepContext};
use crate::host::Host;
use crate::outcome::Outcome;
use crate::step::Step;
use crate::{Error, ErrorKind, Retry, git, http, objects};

/// One call that a step made.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedCall {
    /// The function, `http.send`, `git.clone`, ….
    pub function: &'static str,
    /// Its arguments.
    pub arguments: Value,
}

type Answer = Result<Value, Error>;
type Script = Box<dyn Fn(&RecordedCall) -> Answer>;

/// Runs a step without an engine.
pub struct Harness {
    dir: PathBuf,
    host: Rc<FakeHost>,
    context: StepContext,
    state: Option<Value>,
    attempt: u32,
}

struct FakeHost {
    scripts: RefCell<Vec<(&'static str, Script)>>,
    calls: RefCell<Vec<RecordedCall>>,
    log: RefCell<Vec<String>>,
}

/// An error of `kind`, as a host gives it.
#[must_use]
pub fn error(kind: ErrorKind, code: &str, message: &str) -> Error {
    Error {
        kind,
        retry: Retry::Never,
        message: message.to_owned(),
        code: code.to_owned(),
        details: "{}".to_owned(),
    }
}

impl Default for Harness {
    fn default() -> Self {
        Self::new()
    }
}

impl Harness {
    /// A harness with an empty work directory, which is removed with it.
    ///
    /// # Panics
    /// If no directory can be made.
    #[must_use]
    pub fn new() -> Self {
        use std::sync::atomic::{AtomicU64, Ordering};
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let dir = std::env::temp_dir().join(format!("windlass-step-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&dir).expect("a test needs a directory to work in");
        let host =
            FakeHost { scripts: RefCell::default(), calls: RefCell::default(), log: RefCell::default() };
        Self { dir, host: Rc::new(host), context: StepContext::default(), state: None, attempt: 1 }
    }

    /// Puts a file into the work directory.
    ///
    /// # Panics
    /// If it cannot be written.
    #[must_use]
    pub fn file(self, path: &str, content: &str) -> Self {
        let path = self.dir.join(path);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).expect("the directory of a test's file can be made");
        }
        std::fs::write(path, content).expect("a test's file can be written");
        self
    }

    /// What the step knows of its promotion.
    #[must_use]
    pub fn context(mut self, context: StepContext) -> Self {
        self.context = context;
        self
    }

    /// What the last attempt returned with `running`.
    #[must_use]
    pub fn state(mut self, state: Value) -> Self {
        self.state = Some(state);
        self
    }

    /// How a function of the contract is answered, by its name: `git.clone`, `objects.get`, …. The value is the JSON
    /// form of the answer.
    #[must_use]
    pub fn answer(self, function: &'static str, script: impl Fn(&RecordedCall) -> Answer + 'static) -> Self {
        self.host.scripts.borrow_mut().push((function, Box::new(script)));
        self
    }

    /// Runs one attempt.
    ///
    /// # Panics
    /// If the configuration does not fit: the engine would have refused it before.
    pub fn run<S: Step>(&self, config: Value) -> Outcome {
        let config = serde_json::from_value(config).expect("the configuration fits the step's struct");
        let context = Context {
            host: Rc::clone(&self.host) as Rc<dyn Host>,
            work_dir: self.dir.clone(),
            step: self.context.clone(),
            state: self.state.clone(),
            attempt: self.attempt,
        };
        S::run(config, &context)
    }

    /// The content of a file of the work directory.
    ///
    /// # Panics
    /// If it cannot be read.
    #[must_use]
    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.dir.join(path)).expect("the file a test asks for can be read")
    }

    /// The work directory.
    #[must_use]
    pub fn work_dir(&self) -> &Path {
        &self.dir
    }

    /// Every call so far.
    #[must_use]
    pub fn calls(&self) -> Vec<RecordedCall> {
        self.host.calls.borrow().clone()
    }

    /// Every log line so far.
    #[must_use]
    pub fn log(&self) -> Vec<String> {
        self.host.log.borrow().clone()
    }
}

impl Drop for Harness {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

impl FakeHost {
    fn call(&self, function: &'static str, arguments: Value) -> Answer {
        let call = RecordedCall { function, arguments };
        let answer = self.scripts.borrow().iter().rev().find(|(name, _)| *name == function).map_or_else(
            || Err(error(ErrorKind::Denied, "no-grant", &format!("the test does not answer {function}"))),
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
    serde_json::json!({
        "apiVersion": key.api_version, "kind": key.kind, "namespace": key.namespace, "name": key.name
    })
}

impl Host for FakeHost {
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
        let answer = self.call("secrets.reveal", serde_json::json!({ "token": token }))?;
        Ok(answer.as_str().unwrap_or_default().to_owned())
    }

    fn send(&self, request: &http::Request) -> Result<http::Response, Error> {
        let body = match &request.body {
            http::Body::None => Value::Null,
            http::Body::Bytes(bytes) => Value::String(String::from_utf8_lossy(bytes).into_owned()),
            http::Body::File(path) => serde_json::json!({ "file": path }),
        };
        let answer = self.call(
            "http.send",
            serde_json::json!({
                "method": request.method, "url": request.url, "headers": request.headers, "body": body,
                "options": options(&request.options)
            }),
        )?;
        Ok(http::Response {
            status: answer["status"].as_u64().and_then(|s| u16::try_from(s).ok()).unwrap_or(200),
            headers: serde_json::from_value(answer["headers"].clone()).unwrap_or_default(),
            body: text(&answer, "body").into_bytes(),
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
            serde_json::json!({ "url": url, "checkouts": checkouts, "options": options(clone_options) }),
        )?;
        Ok(serde_json::from_value(answer).unwrap_or_default())
    }

    fn list_refs(&self, url: &str, patterns: &[String]) -> Result<Vec<(String, String)>, Error> {
        let answer = self.call("git.listRefs", serde_json::json!({ "url": url, "patterns": patterns }))?;
        Ok(serde_json::from_value(answer).unwrap_or_default())
    }

    fn worktree_head(&self, path: &str) -> Result<String, Error> {
        Ok(self.call("git.worktree.head", serde_json::json!({ "path": path }))?.to_string())
    }

    fn worktree_clear(&self, path: &str) -> Result<(), Error> {
        self.call("git.worktree.clear", serde_json::json!({ "path": path })).map(|_| ())
    }

    fn worktree_commit(
        &self,
        path: &str,
        message: &str,
        commit_options: &str,
    ) -> Result<git::Committed, Error> {
        let answer = self.call(
            "git.worktree.commit",
            serde_json::json!({ "path": path, "message": message, "options": options(commit_options) }),
        )?;
        Ok(git::Committed {
            commit: text(&answer, "commit"),
            changed: answer["changed"].as_bool().unwrap_or(true),
        })
    }

    fn worktree_push(&self, path: &str, to: &git::Target, push_options: &str) -> Result<git::Pushed, Error> {
        let to = match to {
            git::Target::Current => serde_json::json!("current"),
            git::Target::Branch(name) => serde_json::json!({ "branch": name }),
            git::Target::Tag(name) => serde_json::json!({ "tag": name }),
        };
        let answer = self.call(
            "git.worktree.push",
            serde_json::json!({ "path": path, "to": to, "options": options(push_options) }),
        )?;
        Ok(git::Pushed {
            ref_: text(&answer, "ref"),
            commit: text(&answer, "commit"),
            url: answer["url"].as_str().map(ToOwned::to_owned),
        })
    }

    fn get_object(&self, key: &objects::Key) -> Result<String, Error> {
        Ok(self.call("objects.get", serde_json::json!({ "key": key_json(key) }))?.to_string())
    }

    fn query_objects(
        &self,
        api_version: &str,
        kind: &str,
        namespace: &str,
        selector: &str,
    ) -> Result<String, Error> {
        let arguments = serde_json::json!({
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
        let arguments = serde_json::json!({
            "key": key_json(key), "patch": options(patch), "resourceVersion": resource_version
        });
        Ok(self.call("objects.patch", arguments)?.to_string())
    }
}

fn checkout_json(checkout: &git::Checkout) -> Value {
    let rev = match &checkout.rev {
        git::Rev::DefaultBranch => serde_json::json!("default-branch"),
        git::Rev::Branch(name) => serde_json::json!({ "branch": name }),
        git::Rev::Tag(name) => serde_json::json!({ "tag": name }),
        git::Rev::Commit(id) => serde_json::json!({ "commit": id }),
    };
    serde_json::json!({
        "rev": rev, "path": checkout.path, "create": checkout.create, "sparse": checkout.sparse
    })
}
