//! The promotion step `tar`: makes a tar archive of a file or a directory.

mod output;
mod rules;
mod write;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;
use windlass_step::{Context, Outcome, Step};
use windlass_versions::IgnoreRules;

use output::Output;

/// The step.
#[derive(Debug)]
pub struct Tar;

/// What to archive, and where.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Config {
    /// The file or directory.
    #[schemars(length(min = 1))]
    in_path: String,
    /// The archive. Directories on the way are made.
    #[schemars(length(min = 1))]
    out_path: String,
    /// What is left out: rules as in a `.gitignore` file, one a line.
    #[serde(default)]
    #[schemars(length(min = 1))]
    ignore: String,
    /// Compress it with gzip. Its name alone does not.
    #[serde(default)]
    gzip: bool,
}

impl Step for Tar {
    type Config = Config;

    fn run(config: Config, context: &Context) -> Outcome {
        match archive(&config, context) {
            Ok(()) => Outcome::succeeded(),
            Err(message) => Outcome::errored(message),
        }
    }
}

fn archive(config: &Config, context: &Context) -> Result<(), String> {
    let source = source(&config.in_path, context)?;
    let place = place(&config.out_path, context)?;
    let rules = rules::read(&config.ignore);
    let failed = |reason: String| format!("failed to create the tar archive {:?}: {reason}", config.out_path);
    if finds_itself(&source, &place, &rules) {
        return Err(failed(
            "it would hold itself; leave it out with a rule in ignore, or put it elsewhere".to_owned(),
        ));
    }
    let mut output = Output::create(&place, config.gzip).map_err(|e| failed(e.to_string()))?;
    let written = write::all(&source, &mut output, &rules, context);
    let written = written.map_err(|e| format!("failed during directory walk: {e}"));
    let kept = match written {
        Ok(()) => output.keep_as(&place).map_err(|e| e.to_string()),
        Err(message) => {
            output.give_up();
            Err(message)
        }
    };
    kept.map_err(failed)
}

fn source(text: &str, context: &Context) -> Result<PathBuf, String> {
    let path =
        context.resolve(text).map_err(|e| format!("failed to secure join input path {text:?}: {e}"))?;
    match path.symlink_metadata() {
        Ok(_) => Ok(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(format!("input path {text:?} does not exist"))
        }
        Err(error) => Err(format!("failed to stat input path {text:?}: {error}")),
    }
}

/// Where the archive shall be; the directories on the way are made.
fn place(text: &str, context: &Context) -> Result<PathBuf, String> {
    let path =
        context.resolve(text).map_err(|e| format!("failed to secure join output path {text:?}: {e}"))?;
    if let Some(parent) = path.parent().filter(|_| path != context.work_dir()) {
        fs::create_dir_all(parent)
            .map_err(|e| format!("failed to create output directory for {text:?}: {e}"))?;
    }
    if path.is_dir() {
        return Err(format!("failed to create the tar archive {text:?}: a directory is there"));
    }
    Ok(path)
}

/// Whether the archive would be among what it is made of.
fn finds_itself(source: &Path, place: &Path, rules: &IgnoreRules) -> bool {
    if source == place {
        return true;
    }
    let Ok(within) = place.strip_prefix(source) else { return false };
    let within = within.to_string_lossy();
    let parts: Vec<&str> = within.split('/').collect();
    !(1..=parts.len()).any(|len| rules.ignores(&parts[..len], len < parts.len()))
}

windlass_step::export!(Tar);
