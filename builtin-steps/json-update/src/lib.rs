//! The promotion step `json-update`: sets values in a JSON file, and changes nothing else of it.

mod config;

use serde_json::{Value, json};
use windlass_edit::set_json;
use windlass_step::{Context, Outcome, Step};

pub use config::{Config, Update};

/// The longest file that is edited, in bytes.
const LONGEST_FILE: u64 = 32 << 20;

/// The step.
#[derive(Debug)]
pub struct JsonUpdate;

impl Step for JsonUpdate {
    type Config = Config;

    fn run(config: Config, context: &Context) -> Outcome {
        let message = commit_message(&config);
        match update_file(config, context) {
            Ok(()) => Outcome::succeeded().with_output(json!({ "commitMessage": message })),
            Err(outcome) => {
                let message = format!("JSON file update failed: {}", outcome.message);
                outcome.with_message(message)
            }
        }
    }
}

fn update_file(config: Config, context: &Context) -> Result<(), Outcome> {
    let path = &config.path;
    let unread = |error: String| Outcome::errored(format!("error reading JSON file {path:?}: {error}"));
    let file = context.resolve(path).map_err(|error| unread(error.to_string()))?;
    let mut text = read(&file).map_err(unread)?;
    for Update { key, mut value } in config.updates {
        context.reveal_all(&mut value).map_err(|error| Outcome::from_error(&error))?;
        if !matches!(value, Value::String(_) | Value::Number(_) | Value::Bool(_)) {
            return Err(Outcome::errored(format!(
                "value for key {key:?} is not a scalar type: only texts, numbers and bools are set"
            )));
        }
        text = set_json(&text, &key, &value).map_err(|error| {
            Outcome::errored(format!("error setting key {key:?} in JSON file {path:?}: {error}"))
        })?;
    }
    std::fs::write(&file, text)
        .map_err(|error| Outcome::errored(format!("error writing updated JSON file {path:?}: {error}")))
}

/// The content of a file that is not too long.
fn read(file: &std::path::Path) -> Result<Vec<u8>, String> {
    let length = std::fs::metadata(file).map_err(|error| error.to_string())?.len();
    if length > LONGEST_FILE {
        return Err(format!("it has {length} bytes, and at most {LONGEST_FILE} are edited; split it"));
    }
    std::fs::read(file).map_err(|error| error.to_string())
}

/// The message, in the words of Kargo: the file, and each key with its value. Tokens of secrets stay tokens.
fn commit_message(config: &Config) -> String {
    let mut message = format!("Updated {}\n", config.path);
    for update in &config.updates {
        let told = match &update.value {
            Value::String(text) => windlass_expr::go_quote(text),
            other => windlass_expr::Value::from_json(other).print(),
        };
        message.push_str(&format!("\n- {}: {told}", update.key));
    }
    message
}

windlass_step::export!(JsonUpdate);
