//! The promotion step `yaml-update`: changes values in a YAML file, and nothing else of it.

mod config;
mod edit;
mod message;
mod target;

use serde_json::{Value, json};
use windlass_step::{Context, Outcome, Step};

pub use config::{Config, Update};

/// The longest file that is edited, in bytes.
const LONGEST_FILE: u64 = 8 << 20;

/// The step.
#[derive(Debug)]
pub struct YamlUpdate;

impl Step for YamlUpdate {
    type Config = Config;

    fn run(config: Config, context: &Context) -> Outcome {
        let message = message::commit_message(&config);
        match update_file(config, context) {
            Ok(()) => Outcome::succeeded().with_output(json!({ "commitMessage": message })),
            Err(outcome) => outcome.in_context("values file update failed"),
        }
    }
}

fn update_file(config: Config, context: &Context) -> Result<(), Outcome> {
    let path = &config.path;
    let mut updates: Vec<(String, Value)> =
        config.updates.into_iter().map(|update| (update.key, update.value)).collect();
    for (_, value) in &mut updates {
        context.reveal_all(value).map_err(|error| Outcome::from_error(&error))?;
    }
    let unread = |error: String| Outcome::errored(format!("error reading file {path:?}: {error}"));
    let file = context.resolve(path).map_err(|error| unread(error.to_string()))?;
    let bytes = read(&file).map_err(unread)?;
    let text = edit::decode(bytes).map_err(|error| Outcome::errored(format!("{path}: {error}")))?;
    let edited = edit::apply(text, &updates).map_err(|wrong| {
        let message = format!("{path}: {}", wrong.message);
        if wrong.is_terminal { Outcome::errored_terminal(message) } else { Outcome::errored(message) }
    })?;
    std::fs::write(&file, edited)
        .map_err(|error| Outcome::errored(format!("error writing file {path:?}: {error}")))
}

/// The content of a file that is not too long.
fn read(file: &std::path::Path) -> Result<Vec<u8>, String> {
    let length = std::fs::metadata(file).map_err(|error| error.to_string())?.len();
    if length > LONGEST_FILE {
        return Err(format!("it has {length} bytes, and at most {LONGEST_FILE} are edited; split it"));
    }
    std::fs::read(file).map_err(|error| error.to_string())
}

windlass_step::export!(YamlUpdate);
