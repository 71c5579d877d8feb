//! The promotion step `git-clone`: fetches a repository and checks revisions of it out into the work directory, each
//! into a directory of its own.

mod config;

use std::collections::HashSet;

use serde_json::{Map, Value, json};
use windlass_step::git::{Checkout as Worktree, CloneOptions, Identity, Rev};
use windlass_step::{Context, Outcome, Step};

pub use config::{Author, Checkout, Config};

/// The step.
#[derive(Debug)]
pub struct GitClone;

impl Step for GitClone {
    type Config = Config;

    fn run(config: Config, context: &Context) -> Outcome {
        if let Some(alias) = repeated_alias(&config.checkout) {
            return Outcome::failed(format!(
                "invalid git-clone config: duplicate checkout alias {alias:?}; the outputs need one for each checkout"
            ));
        }
        let worktrees: Vec<Worktree> = match config.checkout.iter().map(worktree).collect() {
            Ok(worktrees) => worktrees,
            Err(outcome) => return outcome,
        };
        let signing_key = config.author.as_ref().map(|author| author.signing_key.clone());
        let options = CloneOptions {
            author: config.author.map(|author| Identity { name: author.name, email: author.email }),
            signing_key: signing_key.filter(|key| !key.is_empty()),
            insecure_skip_tls_verify: config.insecure_skip_tls_verify,
            recurse_submodules: config.recurse_submodules,
        };
        match context.clone_repository(&config.repo_url, &worktrees, &options) {
            Ok(commits) => Outcome::succeeded().with_output(output(&config.checkout, commits)),
            Err(error) => {
                Outcome::from_error(&error).in_context(format_args!("error cloning {}", config.repo_url))
            }
        }
    }
}

/// The first alias that another checkout has before.
fn repeated_alias(checkouts: &[Checkout]) -> Option<&str> {
    let mut seen = HashSet::new();
    checkouts
        .iter()
        .map(|checkout| checkout.alias.as_str())
        .find(|alias| !alias.is_empty() && !seen.insert(*alias))
}

/// What the host shall check out. As in Kargo, a checkout that names no revision is an error, and not one of the
/// configuration: nothing is said of the default branch.
fn worktree(checkout: &Checkout) -> Result<Worktree, Outcome> {
    let rev = match (checkout.branch.as_str(), checkout.commit.as_str(), checkout.tag.as_str()) {
        ("", "", "") => {
            return Err(Outcome::errored(format!(
                "error adding work tree {}: nothing says what to check out; name a branch, a commit or a tag",
                checkout.path
            )));
        }
        ("", "", tag) => Rev::Tag(tag.to_owned()),
        ("", commit, _) => Rev::Commit(commit.to_owned()),
        (branch, ..) => Rev::Branch(branch.to_owned()),
    };
    Ok(Worktree {
        rev,
        path: checkout.path.clone(),
        create: checkout.create,
        sparse: checkout.sparse.clone(),
    })
}

/// The commits, by alias or else by path.
fn output(checkouts: &[Checkout], commits: Vec<String>) -> Value {
    let by_name: Map<String, Value> = checkouts
        .iter()
        .zip(commits)
        .map(|(checkout, commit)| {
            let name = if checkout.alias.is_empty() { &checkout.path } else { &checkout.alias };
            (name.clone(), Value::from(commit))
        })
        .collect();
    json!({ "commits": by_name })
}

windlass_step::export!(GitClone);
