//! Image repositories: the tags that are wanted, and what each points to (`kargo.md` 6.3).

use windlass_model::artifact::Image;
use windlass_model::discovered::{DiscoveredImage, ImageDiscovery};
use windlass_model::ids::ProjectName;
use windlass_model::manifest::warehouse::ImageSubscription;
use windlass_ports::credentials::Credential;
use windlass_ports::git::NetworkScope;
use windlass_ports::images::ImageRepository;

use crate::discover::{Depth, DiscoveryPorts};
use crate::select::image::select_tags;

/// The images that a subscription selects, best first.
pub(crate) async fn discover(
    ports: &DiscoveryPorts,
    project: &ProjectName,
    network: &NetworkScope,
    subscription: &ImageSubscription,
    name: &str,
    depth: Depth,
) -> Result<ImageDiscovery, String> {
    if !subscription.platform.is_empty() {
        return Err("images cannot be chosen by platform yet; leave platform out".to_owned());
    }
    let (repository, credential) = repository(ports, project, subscription)?;
    let tags = ports.images.tags(network, credential.as_ref(), &repository).await;
    let mut wanted = select_tags(subscription, tags.map_err(|e| e.to_string())?)?;
    wanted.truncate(depth.of(subscription.discovery_limit));
    let mut references = Vec::with_capacity(wanted.len());
    for tag in wanted {
        let image = ports.images.resolve(network, credential.as_ref(), &repository, &tag).await;
        let image = image.map_err(|e| e.to_string())?;
        references.push(DiscoveredImage {
            tag,
            digest: image.digest,
            annotations: image.annotations,
            created_at: None,
        });
    }
    Ok(ImageDiscovery {
        repo_url: subscription.repo_url.clone(),
        platform: String::new(),
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
    let (repository, credential) = repository(ports, project, subscription)?;
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

fn repository(
    ports: &DiscoveryPorts,
    project: &ProjectName,
    subscription: &ImageSubscription,
) -> Result<(ImageRepository, Option<Credential>), String> {
    let repository = ImageRepository {
        url: subscription.repo_url.clone(),
        insecure_skip_tls_verify: subscription.insecure_skip_tls_verify,
    };
    let credential = ports.credentials.find_image(project, &repository.url)?;
    Ok((repository, credential))
}
