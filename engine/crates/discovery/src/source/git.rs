//! Git repositories: the commits of a branch (`kargo.md` 6.2).

use std::sync::Arc;

use windlass_model::artifact::GitCommit;
use windlass_model::digest::CommitId;
use windlass_model::discovered::{DiscoveredCommit, GitDiscovery};
use windlass_model::ids::ProjectName;
use windlass_model::manifest::warehouse::{CommitSelectionStrategy, GitSubscription};
use windlass_ports::git::NetworkScope;
use windlass_ports::git_history::{CommitInfo, GitRepository};

use crate::discover::{Depth, DiscoveryPorts};
use crate::select::commit::{SelectCommits, shorten_subject};

/// The newest commits that a subscription selects.
pub(crate) async fn discover(
    ports: &DiscoveryPorts,
    project: &ProjectName,
    network: &NetworkScope,
    local: &[String],
    subscription: &GitSubscription,
    name: &str,
    depth: Depth,
) -> Result<GitDiscovery, String> {
    if subscription.commit_selection_strategy != CommitSelectionStrategy::NewestFromBranch {
        return Err(format!(
            "commitSelectionStrategy {:?} cannot be used yet; NewestFromBranch can",
            subscription.commit_selection_strategy
        ));
    }
    let filter = Arc::new(SelectCommits::new(subscription)?);
    let repository = repository(ports, project, local, subscription)?;
    let branch = Some(subscription.branch.as_str()).filter(|branch| !branch.is_empty());
    let limit = depth.of(subscription.discovery_limit);
    let found = ports.git.commits(network, &repository, branch, limit, filter).await;
    let commits = found.map_err(|e| e.message)?.into_iter().map(|commit| DiscoveredCommit {
        id: commit.id.to_string(),
        branch: subscription.branch.clone(),
        tag: String::new(),
        subject: shorten_subject(&commit.subject),
        author: commit.author,
        committer: commit.committer,
        creator_date: Some(commit.committed_at),
    });
    Ok(GitDiscovery {
        repo_url: subscription.repo_url.clone(),
        subscription_name: name.to_owned(),
        commits: commits.collect(),
    })
}

/// One commit, whether the subscription would select it or not.
pub(crate) async fn commit(
    ports: &DiscoveryPorts,
    project: &ProjectName,
    network: &NetworkScope,
    local: &[String],
    subscription: &GitSubscription,
    name: &str,
    id: CommitId,
) -> Result<GitCommit, String> {
    let repository = repository(ports, project, local, subscription)?;
    let commit: CommitInfo = ports.git.commit(network, &repository, id).await.map_err(|e| e.message)?;
    Ok(GitCommit {
        repo_url: subscription.repo_url.clone(),
        id: commit.id.to_string(),
        branch: subscription.branch.clone(),
        tag: String::new(),
        message: shorten_subject(&commit.subject),
        author: commit.author,
        committer: commit.committer,
        subscription_name: name.to_owned(),
    })
}

fn repository(
    ports: &DiscoveryPorts,
    project: &ProjectName,
    local: &[String],
    subscription: &GitSubscription,
) -> Result<GitRepository, String> {
    let url = subscription.repo_url.clone();
    Ok(GitRepository {
        credential: ports.credentials.find_git(project, &url)?,
        url,
        insecure_skip_tls_verify: subscription.insecure_skip_tls_verify,
        local: local.to_vec(),
    })
}
