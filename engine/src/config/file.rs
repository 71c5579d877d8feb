//! The configuration file of a server: the long names of its options, with values. What the command line or the environment
//! says of an option counts more.

use std::ffi::OsString;
use std::path::Path;

use clap::parser::ValueSource;
use clap::{ArgMatches, Command};
use serde_json::Value;

use crate::document;
use crate::failure::Failure;

/// The option that names the file; it is none of the file's own.
const CONFIG: &str = "config";

/// The arguments that the file comes to, without what `given` has from elsewhere.
///
/// # Errors
/// If the file cannot be read, or names what is no option of `command`.
pub(crate) fn arguments(
    path: &Path,
    command: &Command,
    given: &ArgMatches,
) -> Result<Vec<OsString>, Failure> {
    let failed = |message: String| Failure::input(format!("{}: {message}", path.display()));
    let settings = document::read(path)?;
    let settings = match settings {
        Value::Object(settings) => settings,
        Value::Null => return Ok(Vec::new()),
        _ => return Err(failed("it has to hold settings, as in `listen: 127.0.0.1:8417`".to_owned())),
    };
    let names: Vec<&str> = command
        .get_arguments()
        .filter(|argument| !argument.is_hide_set())
        .filter_map(|argument| argument.get_long())
        .filter(|name| ![CONFIG, "help", "version"].contains(name))
        .collect();
    let mut arguments = Vec::new();
    for (name, value) in &settings {
        let Some(argument) = command
            .get_arguments()
            .find(|argument| names.contains(&name.as_str()) && argument.get_long() == Some(name))
        else {
            let near = windlass_catalog::nearest(name, names.iter().copied());
            return Err(failed(format!("{name:?} is no setting")).hint(match near {
                Some(near) => format!("did you mean {near}?"),
                None => format!("there are {}", names.join(", ")),
            }));
        };
        let is_given = matches!(
            given.value_source(argument.get_id().as_str()),
            Some(ValueSource::CommandLine | ValueSource::EnvVariable)
        );
        if is_given {
            continue;
        }
        let takes_value = argument.get_action().takes_values();
        for value in
            texts(value).ok_or_else(|| failed(format!("{name}: it has to be a text or a list of texts")))?
        {
            match (takes_value, value.as_str()) {
                (true, _) => arguments.push(format!("--{name}={value}").into()),
                (false, "true") => arguments.push(format!("--{name}").into()),
                (false, "false") => {}
                (false, _) => return Err(failed(format!("{name}: {value:?} is neither true nor false"))),
            }
        }
    }
    Ok(arguments)
}

/// A setting as the values of its option.
fn texts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(text) => Some(vec![text.clone()]),
        Value::Bool(_) | Value::Number(_) => Some(vec![value.to_string()]),
        Value::Array(items) => items.iter().map(|item| item.as_str().map(str::to_owned)).collect(),
        Value::Null | Value::Object(_) => None,
    }
}
