//! Finding the Applications of an update: those that permit the stage to change them.

use serde_json::json;
use windlass_step::{Context, ErrorKind, Outcome, StepContext};

use crate::application::{API_VERSION, Application, KIND, key};
use crate::config::{AppUpdate, Selector};

/// The annotation by which an Application says which stages may change it: `project:stage`, separated by commas.
const AUTHORIZED_STAGE: &str = "kargo.akuity.io/authorized-stage";

/// The Applications that an update is about; at least one.
pub(crate) fn find(update: &AppUpdate, context: &Context) -> Result<Vec<Application>, Outcome> {
    match (&update.selector, &update.name) {
        (Some(selector), _) => by_labels(update.namespace(), selector, context),
        (None, name) => {
            by_name(update.namespace(), name.as_deref().unwrap_or_default(), context).map(|app| vec![app])
        }
    }
}

fn by_name(namespace: &str, name: &str, context: &Context) -> Result<Application, Outcome> {
    let object = context.get_object(&key(namespace, name)).map_err(|error| {
        let application = format!("Argo CD Application {name:?} in namespace {namespace:?}");
        match error.kind {
            ErrorKind::NotFound => Outcome::errored(format!("unable to find {application}")),
            _ => Outcome::from_error(&error).in_context(format_args!("error finding {application}")),
        }
    })?;
    let application = Application::new(namespace, object);
    let step = context.step();
    if permits(&application, step) {
        return Ok(application);
    }
    Err(Outcome::errored(format!(
        "{application} does not permit mutation by Kargo Stage {stage} in namespace {project}; give it the annotation \
         {AUTHORIZED_STAGE}: {project}:{stage}",
        stage = step.stage,
        project = step.project,
    )))
}

fn by_labels(namespace: &str, selector: &Selector, context: &Context) -> Result<Vec<Application>, Outcome> {
    let objects = context.query_objects(API_VERSION, KIND, namespace, &json!(selector)).map_err(|error| {
        Outcome::from_error(&error).in_context("error listing Argo CD Applications matching selector")
    })?;
    let found = objects.len();
    let step = context.step();
    let (permitted, others): (Vec<_>, Vec<_>) = objects
        .into_iter()
        .map(|object| Application::new(namespace, object))
        .partition(|application| permits(application, step));
    for application in others {
        context.info(format!("{application} is left out: it does not permit this stage to change it"));
    }
    match (found, permitted.is_empty()) {
        (_, false) => Ok(permitted),
        (0, true) => Err(Outcome::errored(format!(
            "no Argo CD Applications found matching selector in namespace {namespace:?}"
        ))),
        (_, true) => Err(Outcome::errored(format!(
            "found {found} Application(s) matching selector in namespace {namespace:?}, but none are authorized for \
             Stage {project}:{stage}; give them the annotation {AUTHORIZED_STAGE}: {project}:{stage}",
            stage = step.stage,
            project = step.project,
        ))),
    }
}

/// Whether an Application names the stage. Patterns are not understood, and so name nothing.
fn permits(application: &Application, step: &StepContext) -> bool {
    let allowed =
        application.object()["metadata"]["annotations"][AUTHORIZED_STAGE].as_str().unwrap_or_default();
    allowed.split(',').any(|entry| entry.trim().split_once(':') == Some((&step.project, &step.stage)))
}
