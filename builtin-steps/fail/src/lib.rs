//! The promotion step `fail`: it always fails, and no other attempt is made.

use schemars::JsonSchema;
use serde::Deserialize;
use windlass_step::{Context, Outcome, Step};

/// The step.
#[derive(Debug)]
pub struct Fail;

/// How it fails.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Config {
    /// Why, for people.
    #[serde(default)]
    #[schemars(with = "String", length(min = 1))]
    message: Option<String>,
}

impl Step for Fail {
    type Config = Config;

    fn run(config: Config, _context: &Context) -> Outcome {
        match config.message {
            Some(message) => Outcome::failed(format!("failed: {message}")),
            None => Outcome::failed("failed"),
        }
    }
}

windlass_step::export!(Fail);
