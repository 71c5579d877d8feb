//! The promotion step `argocd-update`: changes the sources of Argo CD Applications, has Argo CD sync them, and waits until
//! that is done.

mod application;
mod config;
mod find;
mod health;
mod operation;
mod sources;

use std::fmt::Write as _;

use serde_json::{Value, json};
use windlass_step::{Context, Error, ErrorKind, HealthReport, Outcome, Step};

use application::Application;
use config::AppUpdate;
pub use config::Config;
use operation::Next;

/// An Application is looked at after so long even if no change is told of, in milliseconds.
const POLL_MS: u64 = 30_000;

/// How many Applications a message tells of.
const MAX_TOLD: usize = 3;

/// The step.
#[derive(Debug)]
pub struct ArgocdUpdate;

impl Step for ArgocdUpdate {
    type Config = Config;

    fn run(config: Config, context: &Context) -> Outcome {
        let mut progress = Progress::default();
        for update in &config.apps {
            if let Err(outcome) = progress.update(update, context) {
                return outcome;
            }
        }
        progress.into_outcome()
    }

    fn check_health(input: Value, context: &Context) -> Result<HealthReport, Error> {
        health::check(input, context)
    }
}

/// What has come of the updates so far.
#[derive(Debug, Default)]
struct Progress {
    /// The Applications, for the outputs.
    apps: Vec<Value>,
    /// What to check in order to know how healthy the stage is.
    checks: Vec<Value>,
    /// Those that are waited for: why, and the change that ends the waiting early.
    waiting: Vec<(String, Option<Value>)>,
}

impl Progress {
    /// Goes one step further with each Application of an update.
    fn update(&mut self, update: &AppUpdate, context: &Context) -> Result<(), Outcome> {
        let applications = find::find(update, context)?;
        if applications.len() > 1 {
            check_all(update, &applications)?;
        }
        for application in applications {
            let desired = sources::desired_revisions(&application.sources(), &update.sources);
            self.remember(&application, &desired);
            match operation::next(&application, &context.step().promotion, &desired) {
                Next::Done => {}
                Next::Failed(message) => {
                    return Err(Outcome::errored(format!("{application} failed with: {message}")));
                }
                Next::Wait(what) => self.wait(&application, &what),
                Next::Sync => self.sync(update, application, context)?,
                Next::SyncAgain => {
                    self.sync(update, application, context)?;
                    // However fast it fails, it is not begun again before its time.
                    if let Some((_, change)) = self.waiting.last_mut() {
                        *change = None;
                    }
                }
            }
        }
        Ok(())
    }

    fn remember(&mut self, application: &Application, desired: &[Option<String>]) {
        let app = json!({ "name": application.name(), "namespace": application.namespace() });
        let mut check = app.clone();
        if !desired.is_empty() {
            let revisions: Vec<&str> =
                desired.iter().map(|revision| revision.as_deref().unwrap_or_default()).collect();
            check["desiredRevisions"] = json!(revisions);
        }
        self.apps.push(app);
        self.checks.push(check);
    }

    fn wait(&mut self, application: &Application, what: &str) {
        self.waiting.push((format!("{application}: {what}"), Some(application.change())));
    }

    fn sync(
        &mut self,
        update: &AppUpdate,
        application: Application,
        context: &Context,
    ) -> Result<(), Outcome> {
        let sources = updated_sources(update, &application).map_err(|problem| {
            Outcome::errored(format!("error building desired sources for {application}: {problem}"))
        })?;
        let patch = operation::begin_sync(&application, sources, context.step());
        match context.patch_object(&application.key(), &patch, application.resource_version()) {
            Ok(object) => self.wait(&Application::new(application.namespace(), object), "its sync"),
            // It has changed since it was read: it is looked at again before anything is decided.
            Err(error) if error.kind == ErrorKind::Conflict => self.wait(&application, "its latest state"),
            Err(error) => {
                return Err(
                    Outcome::from_error(&error).in_context(format_args!("error syncing {application}"))
                );
            }
        }
        Ok(())
    }

    fn into_outcome(self) -> Outcome {
        let output = json!({ "apps": self.apps });
        if self.waiting.is_empty() {
            let checks = json!({ "apps": self.checks });
            return Outcome::succeeded().with_output(output).with_health("argocd-update", checks);
        }
        let told: Vec<&str> = self.waiting.iter().take(MAX_TOLD).map(|(why, _)| why.as_str()).collect();
        let mut message = format!("waiting for {}", told.join("; "));
        if self.waiting.len() > MAX_TOLD {
            // Writing into a text cannot fail.
            let _ = write!(message, "; and {} more", self.waiting.len() - MAX_TOLD);
        }
        let outcome = Outcome::running(message).with_output(output).retry_after_ms(POLL_MS);
        self.waiting.into_iter().filter_map(|(_, change)| change).fold(outcome, Outcome::wake_on)
    }
}

/// The sources that an Application shall have.
fn updated_sources(update: &AppUpdate, application: &Application) -> Result<Vec<Value>, String> {
    sources::updated(application.sources(), &update.sources)
        .map_err(|problem| format!("no source of {application} {problem}"))
}

/// Checks before anything is changed that an update fits all of its Applications.
fn check_all(update: &AppUpdate, applications: &[Application]) -> Result<(), Outcome> {
    let problems: Vec<String> =
        applications.iter().filter_map(|application| updated_sources(update, application).err()).collect();
    if problems.is_empty() {
        return Ok(());
    }
    let shown =
        if problems.len() > MAX_TOLD { format!(" (showing first {MAX_TOLD})") } else { String::new() };
    let told: Vec<&str> = problems.iter().take(MAX_TOLD).map(String::as_str).collect();
    Err(Outcome::errored(format!(
        "selected Applications must have compatible sources; {} incompatible{shown}. No Applications were updated:\n{}",
        problems.len(),
        told.join("\n"),
    )))
}

windlass_step::export!(ArgocdUpdate);
