//! Freight from what was found: the newest of each repository, or what somebody chose in its place.

use windlass_model::artifact::{Chart, GitCommit, Image};
use windlass_model::discovered::DiscoveredArtifacts;
use windlass_model::freight::address::{normalize_git, normalize_image};
use windlass_model::freight::{FreightOrigin, FreightReference};

/// Artifacts that somebody chose.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chosen {
    /// Commits, each in the place of the newest of its repository.
    pub commits: Vec<GitCommit>,
    /// Images, each in the place of the newest of its repository.
    pub images: Vec<Image>,
}

/// Why no freight can be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AssembleError {
    /// Nothing in a repository is wanted.
    #[error("{0} has nothing that the subscription selects; look at its filters and its constraint")]
    Nothing(String),
    /// There are no subscriptions.
    #[error("the warehouse watches nothing; give it subscriptions")]
    Empty,
}

/// The freight of `warehouse` that holds what was chosen, and the newest of everything else. Always one artifact for
/// each subscription.
///
/// # Errors
/// If a repository has nothing to offer.
pub fn assemble(
    warehouse: &str,
    found: &DiscoveredArtifacts,
    chosen: &Chosen,
) -> Result<FreightReference, AssembleError> {
    let mut freight = FreightReference {
        name: String::new(),
        origin: FreightOrigin::warehouse(warehouse),
        commits: Vec::new(),
        images: Vec::new(),
        charts: Vec::new(),
        artifacts: Vec::new(),
    };
    for discovery in &found.git {
        let url = normalize_git(&discovery.repo_url);
        let instead = chosen.commits.iter().find(|commit| normalize_git(&commit.repo_url) == url).cloned();
        let newest = || {
            discovery.commits.first().map(|commit| GitCommit {
                repo_url: discovery.repo_url.clone(),
                id: commit.id.clone(),
                branch: commit.branch.clone(),
                tag: commit.tag.clone(),
                message: commit.subject.clone(),
                author: commit.author.clone(),
                committer: commit.committer.clone(),
                subscription_name: discovery.subscription_name.clone(),
            })
        };
        let commit = instead.or_else(newest);
        freight.commits.push(commit.ok_or_else(|| AssembleError::Nothing(discovery.repo_url.clone()))?);
    }
    for discovery in &found.images {
        let url = normalize_image(&discovery.repo_url);
        let instead = chosen.images.iter().find(|image| normalize_image(&image.repo_url) == url).cloned();
        let newest = || {
            discovery.references.first().map(|image| Image {
                repo_url: discovery.repo_url.clone(),
                tag: image.tag.clone(),
                digest: image.digest.clone(),
                annotations: image.annotations.clone(),
                subscription_name: discovery.subscription_name.clone(),
            })
        };
        let image = instead.or_else(newest);
        freight.images.push(image.ok_or_else(|| AssembleError::Nothing(discovery.repo_url.clone()))?);
    }
    for discovery in &found.charts {
        let version = discovery.versions.first().cloned();
        freight.charts.push(Chart {
            repo_url: discovery.repo_url.clone(),
            name: discovery.name.clone(),
            version: version.ok_or_else(|| AssembleError::Nothing(discovery.repo_url.clone()))?,
            subscription_name: discovery.subscription_name.clone(),
        });
    }
    if freight.commits.is_empty() && freight.images.is_empty() && freight.charts.is_empty() {
        return Err(AssembleError::Empty);
    }
    freight.name = freight.compute_name().to_string();
    Ok(freight)
}
