//! The promotion step `toml-update`: changes values in a TOML file, and nothing else of it.

mod config;

use serde_json::{Value, json};
use windlass_edit::set_toml;
use windlass_step::{Context, Outcome, Step};

pub use config::{Config, Update};

/// The longest file that is edited, in bytes.
const LONGEST_FILE: u64 = 4 << 20;

/// The step.
#[derive(Debug)]
pub struct TomlUpdate;

impl Step for TomlUpdate {
    type Config = Config;

    fn run(config: Config, context: &Context) -> Outcome {
        match update_file(&config, context) {
            Ok(written) => {
                let message = commit_message(&config, &written);
                Outcome::succeeded().with_output(json!({ "commitMessage": message }))
            }
            Err(outcome) => {
                let message = format!("TOML file update failed: {}", outcome.message);
                outcome.with_message(message)
            }
        }
    }
}

/// Changes the file. The values as a message may tell them: tokens of secrets stay tokens.
fn update_file(config: &Config, context: &Context) -> Result<Vec<String>, Outcome> {
    let path = &config.path;
    let mut values: Vec<Value> = config.updates.iter().map(|update| update.value.clone()).collect();
    for value in &mut values {
        context.reveal_all(value).map_err(|error| Outcome::from_error(&error))?;
    }
    let unread = |error: String| Outcome::errored(format!("error reading file {path:?}: {error}"));
    let file = context.resolve(path).map_err(|error| unread(error.to_string()))?;
    let text = read(&file).map_err(unread)?;
    let set = |updates: &[(&str, &Value)]| {
        set_toml(&text, updates).map_err(|error| Outcome::errored(format!("{path}: {error}")))
    };
    let keys = config.updates.iter().map(|update| update.key.as_str());
    let told = set(&keys.clone().zip(config.updates.iter().map(|update| &update.value)).collect::<Vec<_>>())?;
    let edited = set(&keys.zip(&values).collect::<Vec<_>>())?;
    std::fs::write(&file, edited.text)
        .map_err(|error| Outcome::errored(format!("error writing file {path:?}: {error}")))?;
    Ok(told.written)
}

/// The content of a file that is not too long.
fn read(file: &std::path::Path) -> Result<String, String> {
    let length = std::fs::metadata(file).map_err(|error| error.to_string())?.len();
    if length > LONGEST_FILE {
        return Err(format!("it has {length} bytes, and at most {LONGEST_FILE} are edited; split it"));
    }
    let bytes = std::fs::read(file).map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|error| {
        format!(
            "the text is not UTF-8 behind byte {}; save the file as UTF-8",
            error.utf8_error().valid_up_to()
        )
    })
}

/// The message, in the words of Kargo: the file, and each key with its value as it is written.
fn commit_message(config: &Config, written: &[String]) -> String {
    let mut message = format!("Updated {}\n", config.path);
    for (update, written) in config.updates.iter().zip(written) {
        message.push_str(&format!("\n- {}: {written}", update.key));
    }
    message
}

windlass_step::export!(TomlUpdate);
