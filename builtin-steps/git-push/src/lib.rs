//! The promotion step `git-push`: sends the commits of a worktree, or a tag, to the repository that it was cloned from.

mod config;

use serde_json::{Value, json};
use windlass_step::git::{PushOptions, Pushed, Target, Worktree};
use windlass_step::{Context, Error, Outcome, Step};

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
        let worktree = context.worktree(&config.path);
        let done = worktree.push(&target, &options).and_then(|pushed| output(&pushed, &target, &worktree));
        match done {
            Ok(output) => Outcome::succeeded().with_output(output),
            // No number of attempts makes these two go away.
            Err(error) if matches!(error.code.as_str(), "git-merge-conflict" | "git-rebase-unsafe") => {
                Outcome::failed(error.message)
            }
            Err(error) => Outcome::from_error(&error).in_context(match target {
                Target::Tag(_) => "error pushing tag",
                _ => "error pushing commits to remote",
            }),
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

/// The commit and, where there are such things, the branch and a page for people. Of a tag, as in Kargo, commit and branch are
/// those that are checked out.
fn output(pushed: &Pushed, target: &Target, worktree: &Worktree<'_>) -> Result<Value, Error> {
    let (commit, branch) = if let Target::Tag(_) = target {
        let head = worktree.head()?;
        (head.commit, head.branch)
    } else {
        (pushed.commit.clone(), pushed.ref_.strip_prefix("refs/heads/").map(ToOwned::to_owned))
    };
    let mut output = json!({ "commit": commit });
    if let Some(branch) = branch {
        output["branch"] = json!(branch);
    }
    if let Some(url) = &pushed.url {
        output["commitURL"] = json!(url);
    }
    Ok(output)
}

windlass_step::export!(GitPush);
