//! Looks into all repositories of a warehouse.

use std::sync::Arc;

use futures_util::future::join_all;
use windlass_model::artifact::{GitCommit, Image};
use windlass_model::digest::CommitId;
use windlass_model::discovered::DiscoveredArtifacts;
use windlass_model::ids::ProjectName;
use windlass_model::manifest::warehouse::{GitSubscription, ImageSubscription, Subscription, Warehouse};
use windlass_ports::clock::Clock;
use windlass_ports::credentials::Credentials;
use windlass_ports::git::NetworkScope;
use windlass_ports::git_history::GitHistory;
use windlass_ports::images::Images;

use crate::source::{Found, git, image};

/// What discovery needs of the world.
#[derive(Clone)]
pub struct DiscoveryPorts {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Git repositories.
    pub git: Arc<dyn GitHistory>,
    /// Image registries.
    pub images: Arc<dyn Images>,
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
        let subscriptions = warehouse.spec.subscriptions.iter().enumerate();
        let found = join_all(subscriptions.map(|(index, subscription)| async move {
            self.look_into(subscription, depth)
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
        git::commit(&self.ports, &self.project, &self.network, &self.local, subscription, name, id).await
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

    async fn look_into(&self, subscription: &Subscription, depth: Depth) -> Result<Found, String> {
        let name = subscription.name.as_str();
        match subscription {
            Subscription { git: Some(git), image: None, chart: None, .. } => {
                git::discover(&self.ports, &self.project, &self.network, &self.local, git, name, depth)
                    .await
                    .map(Found::Git)
            }
            Subscription { image: Some(image), git: None, chart: None, .. } => {
                image::discover(&self.ports, &self.project, &self.network, image, name, depth)
                    .await
                    .map(Found::Image)
            }
            Subscription { chart: Some(_), git: None, image: None, .. } => {
                Err("charts cannot be watched yet; git and image repositories can".to_owned())
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
