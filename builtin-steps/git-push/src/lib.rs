//! The promotion step `git-push`: sends the commits of a worktree, or a tag, to the repository that it was cloned from.

mod config;

use serde_json::{Value, json};
use windlass_step::git::{PushOptions, Pushed, Target};
use windlass_step::{Context, Outcome, Step};

pub use config::{Config, Provider};

/// The step.
#[derive(Debug)]
pub struct GitPush;

impl Step for GitPush {
    type Config = Config;

    fn run(config: Config, context: &Context) -> Outcome {
        let target = target(&config, &context.step().promotion);
        let options = PushOptions {
            // A generated branch is the promotion's own: what is there comes from an earlier run of it.
            force: config.force || config.generate_target_branch,
            max_attempts: config.max_attempts,
            provider: config.provider.map(Into::into),
        };
        match context.worktree(&config.path).push(&target, &options) {
            Ok(pushed) => Outcome::succeeded().with_output(output(&pushed)),
            Err(error) => Outcome::from_error(&error).in_context("error pushing commits to remote"),
        }
    }
}

/// Where to push. The schema lets at most one of the three be given.
fn target(config: &Config, promotion: &str) -> Target {
    if config.generate_target_branch {
        Target::Branch(format!("kargo/promotion/{promotion}"))
    } else if !config.target_branch.is_empty() {
        Target::Branch(config.target_branch.clone())
    } else if !config.tag.is_empty() {
        Target::Tag(config.tag.clone())
    } else {
        Target::Current
    }
}

/// The commit and, where there are such things, the branch and a page for people.
fn output(pushed: &Pushed) -> Value {
    let mut output = json!({ "commit": pushed.commit });
    if let Some(branch) = pushed.ref_.strip_prefix("refs/heads/") {
        output["branch"] = json!(branch);
    }
    if let Some(url) = &pushed.url {
        output["commitURL"] = json!(url);
    }
    output
}

windlass_step::export!(GitPush);
