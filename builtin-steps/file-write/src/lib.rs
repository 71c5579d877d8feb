//! The promotion step `file-write`: writes text to a file.

mod place;

use std::io;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use windlass_step::{Context, Error, Outcome, Step};

use place::Place;

/// The bits with which a file can be run.
const EXECUTABLE: u32 = 0o111;

/// The bit with which everybody may write.
const WRITABLE_BY_ALL: u32 = 0o002;

/// The step.
#[derive(Debug)]
pub struct FileWrite;

/// What to write, and where.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Config {
    /// The file. Must be relative, and lead through no symbolic link.
    #[schemars(length(min = 1))]
    path: String,
    /// What the file shall hold.
    contents: String,
    /// Its permissions as an octal number.
    #[serde(default = "private")]
    #[schemars(regex(pattern = "^0[0-7]{3}$"))]
    permissions: String,
    /// Replace a file that is there already.
    #[serde(default)]
    overwrite: bool,
}

fn private() -> String {
    "0600".to_owned()
}

/// Why nothing could be written.
enum Refusal {
    /// What is asked for is not allowed.
    Rule(String),
    /// It did not work out this time.
    File(String),
    /// The host does not give what is needed.
    Host(Error),
}

impl Step for FileWrite {
    type Config = Config;

    fn run(config: Config, context: &Context) -> Outcome {
        match write(config, context) {
            Ok(()) => Outcome::succeeded(),
            Err(Refusal::Rule(message)) => Outcome::failed(message),
            Err(Refusal::File(message)) => Outcome::errored(message),
            Err(Refusal::Host(error)) => Outcome::from_error(&error),
        }
    }
}

fn write(config: Config, context: &Context) -> Result<(), Refusal> {
    let path = &config.path;
    let place = Place::of(path).map_err(Refusal::Rule)?;
    let permissions = permissions(&config.permissions).map_err(Refusal::Rule)?;
    let file = place.resolve(path, config.overwrite, context).map_err(Refusal::Rule)?;
    let contents = revealed(config.contents, context).map_err(Refusal::Host)?;
    if let Some(parent) = file.parent().filter(|parent| *parent != context.work_dir()) {
        std::fs::create_dir_all(parent)
            .map_err(|e| failed(&format!("creating parent directories for {path:?}"), &e))?;
    }
    std::fs::write(&file, contents).map_err(|e| failed(&format!("writing file {path:?}"), &e))?;
    context.set_permissions(&[(file, permissions)]).map_err(Refusal::Host)
}

fn failed(doing: &str, reason: &io::Error) -> Refusal {
    Refusal::File(format!("error {doing}: {reason}"))
}

/// The bits that a text names, if a file may have them.
fn permissions(text: &str) -> Result<u32, String> {
    let bits = u32::from_str_radix(text, 8)
        .map_err(|_| format!("invalid permissions {text:?}: must be an octal file mode"))?;
    if bits & EXECUTABLE != 0 {
        return Err(format!("permissions {text:?} must not include executable bits"));
    }
    if bits & WRITABLE_BY_ALL != 0 {
        return Err(format!("permissions {text:?} must not be world-writable"));
    }
    Ok(bits)
}

/// The text with the values of secrets in it.
fn revealed(text: String, context: &Context) -> Result<String, Error> {
    let mut value = Value::String(text);
    context.reveal_all(&mut value)?;
    match value {
        Value::String(text) => Ok(text),
        other => Ok(other.to_string()),
    }
}

windlass_step::export!(FileWrite);
