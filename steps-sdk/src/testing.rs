//! Testing a step on the author's machine: a work directory of its own, and a host that answers as the test says.
//!
//! Whatever the test does not answer is denied, as it would be without a grant. [`Harness`] runs single attempts,
//! [`replay_cases`] the golden cases of a directory.

mod case;
mod files;
mod host;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use serde_json::Value;

pub use case::replay_cases;
pub(crate) use host::FakeHost;

use crate::context::{Context, StepContext};
use crate::outcome::{HealthReport, Outcome};
use crate::step::Step;
use crate::{Error, ErrorKind, Retry};

/// One call that a step made.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedCall {
    /// The function, `http.send`, `git.clone`, ….
    pub function: &'static str,
    /// Its arguments.
    pub arguments: Value,
}

/// The JSON form of what a call brought.
pub type Answer = Result<Value, Error>;

/// Runs a step without an engine.
pub struct Harness {
    dir: PathBuf,
    host: Rc<FakeHost>,
    context: StepContext,
    state: Option<Value>,
    attempt: u32,
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

/// What is wrong with a configuration, by the step's schema. The engine refuses to run a step with such a one.
///
/// # Panics
/// If the schema is not one.
#[must_use]
pub fn problems<S: Step>(config: &Value) -> Vec<String> {
    let schema = S::config_schema();
    let validator = jsonschema::options()
        .with_draft(jsonschema::Draft::Draft7)
        .should_validate_formats(true)
        .build(&schema)
        .expect("the schema of a step is a JSON Schema");
    validator.iter_errors(config).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// Checks the schema that stands beside a step's code: it must be the one that the code describes.
///
/// # Panics
/// If it is another one, with the text that should stand there.
pub fn assert_schema<S: Step>(published: &str) {
    let described = S::config_schema();
    let same = serde_json::from_str::<Value>(published).is_ok_and(|published| published == described);
    assert!(same, "the published schema is not the one that the code describes, which is\n{described:#}");
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
        let host: Rc<FakeHost> = Rc::default();
        host.dir.replace(dir.clone());
        Self { dir, host, context: StepContext::default(), state: None, attempt: 1 }
    }

    /// Puts a file into the work directory.
    ///
    /// # Panics
    /// If it cannot be written.
    #[must_use]
    pub fn file(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        files::write(&self.dir.join(path), content.as_ref());
        self
    }

    /// Copies the files of a directory into the work directory.
    ///
    /// # Panics
    /// If they cannot be read or written.
    #[must_use]
    pub fn files_of(self, dir: &Path) -> Self {
        for (path, content) in files::below(dir) {
            files::write(&self.dir.join(path), &content);
        }
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

    /// The number of the attempt; 1 if nothing else is said.
    #[must_use]
    pub fn attempt(mut self, attempt: u32) -> Self {
        self.attempt = attempt;
        self
    }

    /// How a function of the contract is answered, by its name: `git.clone`, `objects.get`, …. The value is the JSON
    /// form of the answer. Of several scripts for a function the last one counts.
    #[must_use]
    pub fn answer(self, function: &str, script: impl Fn(&RecordedCall) -> Answer + 'static) -> Self {
        self.host.scripts.borrow_mut().push((function.to_owned(), Box::new(script)));
        self
    }

    /// Runs one attempt.
    ///
    /// # Panics
    /// If the configuration does not fit the schema or the struct: the engine would have refused it before. See
    /// [`problems`].
    pub fn run<S: Step>(&self, config: Value) -> Outcome {
        let problems = problems::<S>(&config);
        assert!(
            problems.is_empty(),
            "the configuration does not fit the step's schema:\n{}",
            problems.join("\n")
        );
        let config = serde_json::from_value(config).expect("what fits the schema fits the step's struct");
        let context = Context {
            host: Rc::clone(&self.host),
            work_dir: self.dir.clone(),
            step: self.context.clone(),
            state: self.state.clone(),
            attempt: self.attempt,
        };
        S::run(config, &context)
    }

    /// Has the step evaluate a check of health.
    ///
    /// # Errors
    /// What the step says.
    pub fn check_health<S: Step>(&self, input: Value) -> Result<HealthReport, Error> {
        let context = Context {
            host: Rc::clone(&self.host),
            work_dir: self.dir.clone(),
            step: StepContext::default(),
            state: None,
            attempt: 1,
        };
        S::check_health(input, &context)
    }

    /// The content of a file of the work directory.
    ///
    /// # Panics
    /// If it cannot be read.
    #[must_use]
    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.dir.join(path)).expect("the file a test asks for can be read")
    }

    /// All files of the work directory, by path.
    ///
    /// # Panics
    /// If they cannot be read.
    #[must_use]
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        files::below(&self.dir)
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
