//! The promotion step `git-commit`: commits everything that has changed in a worktree, beneath a path.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use windlass_step::git::{CommitOptions, Identity};
use windlass_step::{Context, Outcome, Step};

/// The step.
#[derive(Debug)]
pub struct GitCommit;

/// What to commit.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Config {
    /// The worktree, or a directory in it.
    #[schemars(length(min = 1))]
    path: String,
    /// The message of the commit.
    #[schemars(length(min = 1))]
    message: String,
    /// Who commits. Better said to git-clone, for all commits of the worktree.
    #[serde(default)]
    #[schemars(with = "Author", extend("deprecated" = true))]
    author: Option<Author>,
}

/// A person, as commits name them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Author {
    /// The name.
    #[schemars(length(min = 1))]
    name: String,
    /// The address.
    #[schemars(email)]
    email: String,
    /// The OpenPGP key that commits are signed with, in ASCII armor and without a passphrase; best `${{ secret('…').… }}`.
    #[serde(default)]
    signing_key: String,
}

impl Step for GitCommit {
    type Config = Config;

    fn run(config: Config, context: &Context) -> Outcome {
        let signing_key = config.author.as_ref().map(|author| author.signing_key.clone());
        let options = CommitOptions {
            author: config.author.map(|author| Identity { name: author.name, email: author.email }),
            signing_key: signing_key.filter(|key| !key.is_empty()),
        };
        let committed = match context.worktree(&config.path).commit(&config.message, &options) {
            Ok(committed) => committed,
            Err(error) => {
                return Outcome::from_error(&error).in_context("error committing to working tree");
            }
        };
        let outcome = if committed.changed {
            Outcome::succeeded()
        } else {
            Outcome::skipped("there is nothing to commit")
        };
        outcome.with_output(json!({ "commit": committed.commit }))
    }
}

windlass_step::export!(GitCommit);
