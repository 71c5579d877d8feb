//! Image repositories: the tags that are wanted, and what each points to (`kargo.md` 6.3).

use windlass_model::artifact::Image;
use windlass_model::discovered::ImageDiscovery;
use windlass_model::ids::ProjectName;
use windlass_model::manifest::warehouse::{ImageSelectionStrategy, ImageSubscription};
use windlass_ports::credentials::Credential;
use windlass_ports::git::NetworkScope;
use windlass_ports::images::{ImageRepository, RegistryError};

use crate::discover::{Depth, DiscoveryPorts};
use crate::select::image::{describe_image, newest_builds, select_tags};

/// The images that a subscription selects, best first.
pub(crate) async fn discover(
    ports: &DiscoveryPorts,
    project: &ProjectName,
    network: &NetworkScope,
    subscription: &ImageSubscription,
    name: &str,
    depth: Depth,
) -> Result<ImageDiscovery, String> {
    let (repository, credential) = repository(ports, project, subscription).await?;
    let strategy = subscription.image_selection_strategy;
    let follows_one = strategy == ImageSelectionStrategy::Digest;
    let tags = if follows_one {
        Vec::new()
    } else {
        let tags = ports.images.tags(network, credential.as_ref(), &repository).await;
        tags.map_err(|e| e.to_string())?
    };
    let limit = depth.of(subscription.discovery_limit);
    // Only the dates of all builds tell which is the newest.
    let enough = if strategy == ImageSelectionStrategy::NewestBuild { usize::MAX } else { limit };
    let cache_by_tag = subscription.cache_by_tag && !follows_one;
    let mut references = Vec::new();
    for tag in select_tags(subscription, tags)? {
        if references.len() == enough {
            break;
        }
        let found = ports.images.inspect(network, credential.as_ref(), &repository, &tag, cache_by_tag).await;
        let image = match found {
            Err(RegistryError::NotFound(_)) if follows_one => break,
            found => found.map_err(|e| e.to_string())?,
        };
        references.extend(describe_image(&tag, &image, &subscription.platform)?);
    }
    if strategy == ImageSelectionStrategy::NewestBuild {
        references = newest_builds(references);
        references.truncate(limit);
    }
    Ok(ImageDiscovery {
        repo_url: subscription.repo_url.clone(),
        platform: subscription.platform.clone(),
        subscription_name: name.to_owned(),
        references,
    })
}

/// One image by its tag, whether the subscription would select it or not.
pub(crate) async fn image(
    ports: &DiscoveryPorts,
    project: &ProjectName,
    network: &NetworkScope,
    subscription: &ImageSubscription,
    name: &str,
    tag: &str,
) -> Result<Image, String> {
    let (repository, credential) = repository(ports, project, subscription).await?;
    let image = ports.images.resolve(network, credential.as_ref(), &repository, tag).await;
    let image = image.map_err(|e| e.to_string())?;
    Ok(Image {
        repo_url: subscription.repo_url.clone(),
        tag: tag.to_owned(),
        digest: image.digest,
        annotations: image.annotations,
        subscription_name: name.to_owned(),
    })
}

async fn repository(
    ports: &DiscoveryPorts,
    project: &ProjectName,
    subscription: &ImageSubscription,
) -> Result<(ImageRepository, Option<Credential>), String> {
    let repository = ImageRepository {
        url: subscription.repo_url.clone(),
        insecure_skip_tls_verify: subscription.insecure_skip_tls_verify,
    };
    let credential = ports.credentials.find_image(project, &repository.url).await?;
    Ok((repository, credential))
}
