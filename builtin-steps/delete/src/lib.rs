//! The promotion step `delete`: deletes files and directories.

mod globs;
mod place;

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;
use windlass_step::{Context, Outcome, Step};

/// The step.
#[derive(Debug)]
pub struct Delete;

/// What to delete.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("allOf" = [windlass_step::exactly_one(&["path", "paths"])]))]
pub struct Config {
    /// A file or directory.
    #[serde(default)]
    #[schemars(length(min = 1))]
    path: String,
    /// Files and directories.
    #[serde(default)]
    #[schemars(length(min = 1), inner(length(min = 1)))]
    paths: Vec<String>,
    /// Read what is given as patterns.
    #[serde(default)]
    paths_are_globs: bool,
    /// Something that is not there, or a pattern that nothing fits, is an error.
    #[serde(default)]
    strict: bool,
}

/// Why nothing was deleted.
enum Refusal {
    /// A pattern is none, and will be none the next time.
    Pattern(String),
    /// Whatever else.
    Other(String),
}

impl Step for Delete {
    type Config = Config;

    fn run(mut config: Config, context: &Context) -> Outcome {
        if !config.path.is_empty() {
            config.paths.insert(0, std::mem::take(&mut config.path));
        }
        match find(&config, context) {
            Ok(found) => match found.iter().try_for_each(|path| delete(path)) {
                Ok(()) => Outcome::succeeded(),
                Err(error) => Outcome::errored(format!("failed to delete: {error}")),
            },
            Err(Refusal::Pattern(message)) => Outcome::errored_terminal(message),
            Err(Refusal::Other(message)) => Outcome::errored(message),
        }
    }
}

/// All that is to be deleted, each once.
fn find(config: &Config, context: &Context) -> Result<BTreeSet<PathBuf>, Refusal> {
    let mut found = BTreeSet::new();
    for text in &config.paths {
        if config.paths_are_globs {
            let fit = globs::find(text, context)?;
            if fit.is_empty() && config.strict {
                return Err(Refusal::Other(format!("no paths matched pattern {text:?}")));
            }
            found.extend(fit);
            continue;
        }
        match place::of(text, context) {
            Ok(Some(place)) => drop(found.insert(place)),
            Ok(None) if config.strict => {
                return Err(Refusal::Other(format!("path {text:?} does not exist")));
            }
            Ok(None) => {}
            Err(error) => return Err(Refusal::Other(format!("could not resolve path {text:?}: {error}"))),
        }
    }
    Ok(found)
}

/// Deletes what is at `path`. What is gone with a directory above it is gone.
fn delete(path: &Path) -> io::Result<()> {
    let deleted = path
        .symlink_metadata()
        .and_then(|found| if found.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) });
    match deleted {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

windlass_step::export!(Delete);
