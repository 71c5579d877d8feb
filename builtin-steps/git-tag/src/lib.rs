//! The promotion step `git-tag`: makes an annotated tag at the head of a worktree. `git-push` sends it.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use windlass_step::git::TagOptions;
use windlass_step::{Context, Outcome, Step};

/// The step.
#[derive(Debug)]
pub struct GitTag;

/// Which tag to make, and where. Members beside these are let pass, as Kargo does for this step alone.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Config {
    /// The worktree, or a directory in it.
    #[schemars(length(min = 1))]
    path: String,
    /// The name of the tag.
    #[schemars(length(min = 1))]
    tag: String,
    /// What the tag says.
    #[schemars(length(min = 1))]
    message: String,
    /// Move a tag that is there already.
    #[serde(default)]
    force: bool,
}

impl Step for GitTag {
    type Config = Config;

    fn run(config: Config, context: &Context) -> Outcome {
        let options = TagOptions { force: config.force };
        match context.worktree(&config.path).tag(&config.tag, &config.message, &options) {
            Ok(commit) => Outcome::succeeded().with_output(json!({ "commit": commit })),
            Err(error) => {
                Outcome::from_error(&error).in_context(format_args!("error creating tag {}", config.tag))
            }
        }
    }
}

windlass_step::export!(GitTag);
