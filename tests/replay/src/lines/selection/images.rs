//! Images of a registry, as discovery selects them. A case says what the registry holds.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use windlass_discovery::{describe_image, newest_builds, select_tags};
use windlass_model::discovered::DiscoveredImage;
use windlass_model::manifest::warehouse::{ImageSelectionStrategy, ImageSubscription};
use windlass_model::time::Timestamp;
use windlass_ports::images::{InspectedImage, PlatformImage};

use super::super::{Answered, part};
use super::{Refused, limited, listed};

/// An image of a case, or one of its platforms.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Image {
    tag: String,
    digest: String,
    /// The tag that has the same image.
    same_as: Option<String>,
    os: String,
    architecture: String,
    variant: String,
    created_at: Option<Timestamp>,
    annotations: BTreeMap<String, String>,
    labels: BTreeMap<String, String>,
    /// There are some if it is an index.
    platforms: Option<Vec<Self>>,
}

pub(super) fn answer(case: &Value) -> Answered {
    let images: Vec<Image> = part(case, "images")?;
    Ok(listed(select(&case["subscription"], &images)))
}

fn select(given: &Value, images: &[Image]) -> Result<Vec<Value>, Refused> {
    let mut subscription: ImageSubscription =
        serde_json::from_value(given.clone()).map_err(|e| e.to_string())?;
    // In the recordings an absent key means false; in manifests the API server's default is true.
    subscription.strict_semvers.get_or_insert(false);
    let tags = images.iter().map(|image| image.tag.clone()).collect();
    let mut found: Vec<DiscoveredImage> = Vec::new();
    for tag in select_tags(&subscription, tags)? {
        let Some(image) = images.iter().find(|image| image.tag == tag) else { continue };
        let source = image.same_as.as_ref().and_then(|same| images.iter().find(|other| other.tag == *same));
        found.extend(describe_image(&tag, &source.unwrap_or(image).inspected(), &subscription.platform)?);
    }
    if subscription.image_selection_strategy == ImageSelectionStrategy::NewestBuild {
        found = newest_builds(found);
    }
    let shown = |image| serde_json::to_value(image).map_err(|e| e.to_string());
    limited(found, given).into_iter().map(shown).collect()
}

impl Image {
    /// As the registry tells of it.
    fn inspected(&self) -> InspectedImage {
        let attests = |image: &&Self| image.os == "unknown" && image.architecture == "unknown";
        let index = self.platforms.as_ref().map(|platforms| {
            platforms.iter().filter(|image| !attests(image)).map(Self::for_platform).collect()
        });
        InspectedImage {
            digest: self.digest.clone(),
            annotations: self.annotations.clone(),
            index,
            image: self.for_platform(),
        }
    }

    fn for_platform(&self) -> PlatformImage {
        let or =
            |text: &str, default: &str| if text.is_empty() { default.to_owned() } else { text.to_owned() };
        let platform = format!("{}/{}", or(&self.os, "linux"), or(&self.architecture, "amd64"));
        PlatformImage {
            platform: if self.variant.is_empty() { platform } else { format!("{platform}/{}", self.variant) },
            annotations: self.annotations.clone(),
            labels: self.labels.clone(),
            created_at: self.created_at,
        }
    }
}
