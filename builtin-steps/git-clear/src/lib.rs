//! The promotion step `git-clear`: removes every file of a worktree that is tracked or could be, beneath a path.

use schemars::JsonSchema;
use serde::Deserialize;
use windlass_step::{Context, Outcome, Step};

/// The step.
#[derive(Debug)]
pub struct GitClear;

/// What to clear.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Config {
    /// The worktree, or a directory in it.
    #[schemars(length(min = 1))]
    path: String,
}

impl Step for GitClear {
    type Config = Config;

    fn run(config: Config, context: &Context) -> Outcome {
        match context.worktree(&config.path).clear() {
            Ok(()) => Outcome::succeeded(),
            Err(error) => Outcome::from_error(&error)
                .in_context(format_args!("error clearing working tree at {}", config.path)),
        }
    }
}

windlass_step::export!(GitClear);
