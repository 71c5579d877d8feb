//! Git repositories: the commits of a branch, or of tags (`kargo.md` 6.2).

use std::sync::Arc;

use windlass_model::artifact::GitCommit;
use windlass_model::digest::CommitId;
use windlass_model::discovered::{DiscoveredCommit, GitDiscovery, ObservedRefs, ObservedTag};
use windlass_model::ids::ProjectName;
use windlass_model::manifest::warehouse::GitSubscription;
use windlass_ports::git::NetworkScope;
use windlass_ports::git_history::{
    CommitInfo, Freshness, GitRepository, RemoteRefs, TagChoice as _, TagInfo,
};

use crate::discover::{Depth, DiscoveryPorts};
use crate::select::commit::{SelectCommits, shorten_subject};
use crate::select::tag::SelectTags;

/// Tags are compared with those of the last time up to this number; beyond it they are not kept either.
const MAX_OBSERVED: usize = 1_000;

/// How a repository was asked last, and how old an answer may be now.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// What was found then, by the same subscription.
    pub(crate) previous: Option<&'a GitDiscovery>,
    /// How old an answer may be.
    pub(crate) freshness: Freshness,
}

/// The commits that a subscription selects, best first. Those of the last time, if the refs are still the same.
pub(crate) async fn discover(
    ports: &DiscoveryPorts,
    place: Place<'_>,
    subscription: &GitSubscription,
    name: &str,
    depth: Depth,
    asked: Asked<'_>,
) -> Result<GitDiscovery, String> {
    let choice = SelectTags::new(subscription)?.map(Arc::new);
    let filter = Arc::new(SelectCommits::new(subscription)?);
    let repository = repository(ports, place, subscription, Some(asked.freshness)).await?;
    // A failure to list the refs is told by the fetch, which asks for them as well.
    let refs = ports.git.refs(place.network, &repository).await.ok();
    let observed = refs.and_then(|refs| observe(subscription, choice.as_deref(), refs));
    let same = |last: &&GitDiscovery| observed.is_some() && last.observed_refs == observed;
    if let Some(last) = asked.previous.filter(same) {
        return Ok(last.clone());
    }
    let limit = depth.of(subscription.discovery_limit);
    let commits = match choice {
        Some(choice) => {
            let found = ports.git.tags(place.network, &repository, limit, choice).await;
            found.map_err(|e| e.message)?.into_iter().map(tagged).collect()
        }
        None => {
            let branch = Some(subscription.branch.as_str()).filter(|branch| !branch.is_empty());
            let found = ports.git.commits(place.network, &repository, branch, limit, filter).await;
            let found = found.map_err(|e| e.message)?.into_iter();
            found.map(|commit| on_branch(commit, &subscription.branch)).collect()
        }
    };
    Ok(GitDiscovery {
        repo_url: subscription.repo_url.clone(),
        subscription_name: name.to_owned(),
        commits,
        observed_refs: observed,
    })
}

/// The refs that decide what a subscription selects; none if there are too many, or the branch is not there.
fn observe(
    subscription: &GitSubscription,
    choice: Option<&SelectTags>,
    refs: RemoteRefs,
) -> Option<ObservedRefs> {
    let Some(choice) = choice else {
        let wanted = Some(&subscription.branch).filter(|branch| !branch.is_empty());
        let wanted = wanted.or(refs.default_branch.as_ref())?;
        let (_, head) = refs.branches.iter().find(|(name, _)| name == wanted)?;
        return Some(ObservedRefs { branch_head: head.to_string(), tags: Vec::new() });
    };
    if refs.tags.len() > MAX_OBSERVED {
        return None;
    }
    let tags = refs.tags.into_iter().filter(|(name, _)| choice.may_count(name));
    let tags = tags.map(|(name, id)| ObservedTag { name, id: id.to_string() }).collect();
    Some(ObservedRefs { branch_head: String::new(), tags })
}

fn tagged(tag: TagInfo) -> DiscoveredCommit {
    let commit = on_branch(tag.commit, "");
    DiscoveredCommit { tag: tag.name, creator_date: Some(tag.created_at), ..commit }
}

fn on_branch(commit: CommitInfo, branch: &str) -> DiscoveredCommit {
    DiscoveredCommit {
        id: commit.id.to_string(),
        branch: branch.to_owned(),
        tag: String::new(),
        subject: shorten_subject(&commit.subject),
        author: commit.author,
        committer: commit.committer,
        creator_date: Some(commit.committed_at),
    }
}

/// For whom, and over which network, repositories are looked into.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) project: &'a ProjectName,
    pub(crate) network: &'a NetworkScope,
    /// Directories beneath which `file://` repositories are allowed.
    pub(crate) local: &'a [String],
}

/// One commit, whether the subscription would select it or not.
pub(crate) async fn commit(
    ports: &DiscoveryPorts,
    place: Place<'_>,
    subscription: &GitSubscription,
    name: &str,
    id: CommitId,
) -> Result<GitCommit, String> {
    let repository = repository(ports, place, subscription, None).await?;
    let commit: CommitInfo = ports.git.commit(place.network, &repository, id).await.map_err(|e| e.message)?;
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

async fn repository(
    ports: &DiscoveryPorts,
    place: Place<'_>,
    subscription: &GitSubscription,
    freshness: Option<Freshness>,
) -> Result<GitRepository, String> {
    let url = subscription.repo_url.clone();
    Ok(GitRepository {
        credential: ports.credentials.find_git(place.project, &url).await?,
        url,
        insecure_skip_tls_verify: subscription.insecure_skip_tls_verify,
        local: place.local.to_vec(),
        freshness,
    })
}
