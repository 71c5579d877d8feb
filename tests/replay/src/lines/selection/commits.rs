//! Commits of a branch, as discovery selects them.

use serde::Deserialize;
use serde_json::{Value, json};
use windlass_discovery::{SelectCommits, shorten_subject};
use windlass_model::digest::CommitId;
use windlass_model::manifest::warehouse::GitSubscription;
use windlass_model::time::Timestamp;
use windlass_ports::git_history::{CommitFilter as _, CommitInfo};

use super::super::{Answered, part};
use super::{Refused, limited, listed};

/// A commit of a case.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Commit {
    id: CommitId,
    commit_date: Timestamp,
    #[serde(default)]
    author: String,
    #[serde(default)]
    committer: String,
    #[serde(default)]
    subject: String,
    #[serde(default)]
    paths: Vec<String>,
}

pub(super) fn answer(case: &Value) -> Answered {
    let commits: Vec<Commit> = part(case, "commits")?;
    Ok(listed(select(&case["subscription"], commits)))
}

fn select(given: &Value, commits: Vec<Commit>) -> Result<Vec<Value>, Refused> {
    let subscription: GitSubscription = serde_json::from_value(given.clone()).map_err(|e| e.to_string())?;
    let filter = SelectCommits::new(&subscription)?;
    let mut kept = Vec::new();
    for commit in commits {
        let info = CommitInfo {
            id: commit.id,
            subject: commit.subject,
            author: commit.author,
            committer: commit.committer,
            committed_at: commit.commit_date,
            paths: commit.paths,
        };
        if filter.ends_at(&info) {
            break;
        }
        if filter.keeps(&info)? {
            let mut answer = json!({"id": info.id.to_string(), "subject": shorten_subject(&info.subject)});
            if !subscription.branch.is_empty() {
                answer["branch"] = subscription.branch.clone().into();
            }
            kept.push(answer);
        }
    }
    Ok(limited(kept, given))
}
