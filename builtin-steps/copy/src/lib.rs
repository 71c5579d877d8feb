//! The promotion step `copy`: copies a file or a directory.

mod rules;
mod tree;

use std::io;
use std::path::Path;

use schemars::JsonSchema;
use serde::Deserialize;
use windlass_step::{Context, Outcome, Step};

use tree::Copying;

/// The step.
#[derive(Debug)]
pub struct Copy;

/// What to copy, and where to.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Config {
    /// The file or directory.
    #[schemars(length(min = 1))]
    in_path: String,
    /// What the copy is called. Directories on the way are made.
    #[schemars(length(min = 1))]
    out_path: String,
    /// What of a directory is left out: rules as in a `.gitignore` file, one a line.
    #[serde(default)]
    #[schemars(length(min = 1))]
    ignore: String,
}

impl Step for Copy {
    type Config = Config;

    fn run(config: Config, context: &Context) -> Outcome {
        let resolve = |what: &str, path: &str| {
            context.resolve(path).map_err(|e| format!("could not secure join {what} {path:?}: {e}"))
        };
        let paths = resolve("inPath", &config.in_path)
            .and_then(|from| Ok((from, resolve("outPath", &config.out_path)?)));
        let (from, to) = match paths {
            Ok(paths) => paths,
            Err(message) => return Outcome::errored(message),
        };
        match copy(&from, &to, &config, context) {
            Ok(()) => Outcome::succeeded(),
            Err(reason) => Outcome::errored(format!(
                "failed to copy {:?} to {:?}: {reason}",
                config.in_path, config.out_path
            )),
        }
    }
}

fn copy(from: &Path, to: &Path, config: &Config, context: &Context) -> Result<(), String> {
    let is_dir = from.symlink_metadata().map_err(|e| e.to_string())?.is_dir();
    if from == to {
        return Ok(());
    }
    let rules = rules::read(&config.ignore);
    let mut copying = Copying::new(context);
    let done = if !is_dir {
        copying.file(from, to)
    } else if reaches(from, to, &rules) {
        Err(io::Error::other(
            "a directory cannot be copied into itself; leave the copy out with a rule in ignore",
        ))
    } else {
        copying.tree(from, to, &rules)
    };
    // What came before an error is copied.
    let finished = copying.finish();
    done.and(finished).map_err(|e| e.to_string())
}

/// Whether a copy of `from` would find itself in `from`.
fn reaches(from: &Path, to: &Path, rules: &windlass_versions::IgnoreRules) -> bool {
    let Ok(within) = to.strip_prefix(from) else { return false };
    let within = within.to_string_lossy();
    let parts: Vec<&str> = within.split('/').collect();
    !(1..=parts.len()).any(|len| rules.ignores(&parts[..len], true))
}

windlass_step::export!(Copy);
