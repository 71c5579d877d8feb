//! The promotion step `set-metadata`: notes values down about stages and freight of the project, for `stageMetadata()` and
//! `freightMetadata()`.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};
use windlass_step::metadata::Kind;
use windlass_step::{Context, Error, Outcome, Step};

/// The step.
#[derive(Debug)]
pub struct SetMetadata;

/// What to note down.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Config {
    /// One for each stage or freight.
    #[schemars(length(min = 1))]
    updates: Vec<Update>,
}

/// Values for one stage or freight.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Update {
    /// What it is about.
    kind: Subject,
    /// The name of the stage or freight.
    #[schemars(length(min = 1))]
    name: String,
    /// Values by name. Those that were noted down under other names stay.
    #[schemars(extend("minProperties" = 1))]
    values: Map<String, Value>,
}

/// What has metadata.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[expect(
    missing_docs,
    reason = "descriptions would turn the list of names in the schema into a list of schemas"
)]
pub enum Subject {
    Stage,
    Freight,
}

impl From<Subject> for Kind {
    fn from(subject: Subject) -> Self {
        match subject {
            Subject::Stage => Self::Stage,
            Subject::Freight => Self::Freight,
        }
    }
}

impl Step for SetMetadata {
    type Config = Config;

    fn run(config: Config, context: &Context) -> Outcome {
        // All of them are looked for before anything is noted down.
        for update in &config.updates {
            let kind = Kind::from(update.kind);
            if let Err(error) = context.metadata(kind, &update.name) {
                return Outcome::from_error(&error)
                    .in_context(format_args!("error getting {}", kind.as_str()));
            }
        }
        for update in config.updates {
            let (kind, name) = (Kind::from(update.kind), update.name.clone());
            if let Err(error) = note(update, context) {
                return Outcome::from_error(&error)
                    .in_context(format_args!("error updating metadata for {} {name:?}", kind.as_str()));
            }
        }
        Outcome::succeeded()
    }
}

fn note(update: Update, context: &Context) -> Result<(), Error> {
    let mut values = Value::Object(update.values);
    context.reveal_all(&mut values)?;
    let values = values.as_object().cloned().unwrap_or_default();
    context.upsert_metadata(update.kind.into(), &update.name, &values)
}

windlass_step::export!(SetMetadata);
