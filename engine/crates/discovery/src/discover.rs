//! Looks into all repositories of a warehouse.

use std::sync::Arc;

use futures_util::future::join_all;
use windlass_model::artifact::{GitCommit, Image};
use windlass_model::digest::CommitId;
use windlass_model::discovered::{DiscoveredArtifacts, GitDiscovery};
use windlass_model::ids::ProjectName;
use windlass_model::manifest::warehouse::{GitSubscription, ImageSubscription, Subscription, Warehouse};
use windlass_model::time::Timestamp;
use windlass_ports::charts::Charts;
use windlass_ports::clock::Clock;
use windlass_ports::credentials::Credentials;
use windlass_ports::git::NetworkScope;
use windlass_ports::git_history::{Freshness, GitHistory};
use windlass_ports::images::Images;

use crate::source::git::{Asked, Place};
use crate::source::{Found, chart, git, image};

/// What discovery needs of the world.
#[derive(Clone)]
pub struct DiscoveryPorts {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Git repositories.
    pub git: Arc<dyn GitHistory>,
    /// Image registries.
    pub images: Arc<dyn Images>,
    /// Chart repositories.
    pub charts: Arc<dyn Charts>,
    /// The credentials of repositories.
    pub credentials: Arc<dyn Credentials>,
}

/// How many artifacts are looked for in each repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// One: enough to make the newest freight.
    Newest,
    /// As many as the subscription says, 20 if it does not.
    Limit,
}

impl Depth {
    pub(crate) fn of(self, limit: Option<u32>) -> usize {
        match self {
            Self::Newest => 1,
            Self::Limit => limit.unwrap_or(20) as usize,
        }
    }
}

/// Why a repository could not be looked into.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Warehouse {warehouse:?}, subscription {subscription}: {message}")]
pub struct DiscoverError {
    /// The warehouse.
    pub warehouse: String,
    /// Which of its subscriptions, for people: `2 (image ghcr.io/acme/web)`.
    pub subscription: String,
    /// What is wrong.
    pub message: String,
}

/// Looks into repositories for one project.
pub struct Discovery {
    ports: DiscoveryPorts,
    project: ProjectName,
    /// The network that may be used.
    network: NetworkScope,
    /// Directories beneath which `file://` repositories are allowed.
    local: Vec<String>,
}

impl Discovery {
    /// For a project.
    #[must_use]
    pub fn new(
        ports: DiscoveryPorts,
        project: ProjectName,
        network: NetworkScope,
        local: Vec<String>,
    ) -> Self {
        Self { ports, project, network, local }
    }

    /// Everything that the subscriptions of a warehouse select now.
    ///
    /// # Errors
    /// Of the first repository that cannot be looked into: freight of the others alone would be wrong.
    pub async fn discover(
        &self,
        warehouse: &Warehouse,
        depth: Depth,
    ) -> Result<DiscoveredArtifacts, DiscoverError> {
        self.discover_again(warehouse, depth, None, self.ports.clock.now()).await
    }

    /// As [`Discovery::discover`]. Git repositories whose refs are those of `previous` are not read again: it must be of
    /// the same generation of the warehouse, and of the same depth. Answers to questions that were asked at `since` or
    /// later, for whichever warehouse, may be shared.
    ///
    /// # Errors
    /// As [`Discovery::discover`].
    pub async fn discover_again(
        &self,
        warehouse: &Warehouse,
        depth: Depth,
        previous: Option<&DiscoveredArtifacts>,
        since: Timestamp,
    ) -> Result<DiscoveredArtifacts, DiscoverError> {
        let freshness = Freshness { now: self.ports.clock.now(), since };
        let subscriptions = warehouse.spec.subscriptions.iter().enumerate();
        let found = join_all(subscriptions.map(|(index, subscription)| async move {
            self.look_into(subscription, depth, previous, freshness)
                .await
                .map_err(|message| failed(warehouse, index, subscription, message))
        }))
        .await;
        let mut artifacts = DiscoveredArtifacts {
            discovered_at: Some(self.ports.clock.now()),
            ..DiscoveredArtifacts::default()
        };
        for found in found {
            match found? {
                Found::Git(git) => artifacts.git.push(git),
                Found::Image(image) => artifacts.images.push(image),
                Found::Chart(chart) => artifacts.charts.push(chart),
            }
        }
        Ok(artifacts)
    }

    /// The commit `id` of the repository of a subscription, as freight holds it.
    ///
    /// # Errors
    /// If the repository cannot be read or has no such commit.
    pub async fn commit(
        &self,
        subscription: &GitSubscription,
        name: &str,
        id: CommitId,
    ) -> Result<GitCommit, String> {
        git::commit(&self.ports, self.place(), subscription, name, id).await
    }

    /// The image behind `tag` in the repository of a subscription, as freight holds it.
    ///
    /// # Errors
    /// If the registry cannot be read or has no such tag.
    pub async fn image(
        &self,
        subscription: &ImageSubscription,
        name: &str,
        tag: &str,
    ) -> Result<Image, String> {
        image::image(&self.ports, &self.project, &self.network, subscription, name, tag).await
    }

    fn place(&self) -> Place<'_> {
        Place { project: &self.project, network: &self.network, local: &self.local }
    }

    async fn look_into(
        &self,
        subscription: &Subscription,
        depth: Depth,
        previous: Option<&DiscoveredArtifacts>,
        freshness: Freshness,
    ) -> Result<Found, String> {
        let name = subscription.name.as_str();
        match subscription {
            Subscription { git: Some(git), image: None, chart: None, .. } => {
                let same = |d: &&GitDiscovery| d.repo_url == git.repo_url && d.subscription_name == name;
                let previous = previous.and_then(|artifacts| artifacts.git.iter().find(same));
                let asked = Asked { previous, freshness };
                git::discover(&self.ports, self.place(), git, name, depth, asked).await.map(Found::Git)
            }
            Subscription { image: Some(image), git: None, chart: None, .. } => {
                image::discover(&self.ports, &self.project, &self.network, image, name, depth)
                    .await
                    .map(Found::Image)
            }
            Subscription { chart: Some(subscription), git: None, image: None, .. } => {
                chart::discover(&self.ports, &self.project, &self.network, subscription, name, depth)
                    .await
                    .map(Found::Chart)
            }
            _ => Err("a subscription has exactly one of git, image and chart".to_owned()),
        }
    }
}

fn failed(
    warehouse: &Warehouse,
    index: usize,
    subscription: &Subscription,
    message: String,
) -> DiscoverError {
    let what = match subscription {
        Subscription { git: Some(git), .. } => format!(" (git {})", git.repo_url),
        Subscription { image: Some(image), .. } => format!(" (image {})", image.repo_url),
        Subscription { chart: Some(chart), .. } => {
            format!(" (chart {})", format!("{} {}", chart.repo_url, chart.name).trim_end())
        }
        _ => String::new(),
    };
    DiscoverError {
        warehouse: warehouse.metadata.name.clone(),
        subscription: format!("{}{what}", index + 1),
        message,
    }
}
