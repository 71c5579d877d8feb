//! Which images of a repository are wanted, and which is best: by tag, by platform, by the date of the build.

use windlass_model::discovered::DiscoveredImage;
use windlass_model::manifest::warehouse::{ImageSelectionStrategy, ImageSubscription};
use windlass_model::time::Timestamp;
use windlass_ports::images::{InspectedImage, PlatformImage};
use windlass_versions::{Candidate, Order, SemverRule, Strictness, TagFilter, TagSelection};

/// Where the date of a build is told; the first that is a date counts.
const BUILD_DATES: [&str; 2] = ["org.opencontainers.image.created", "org.label-schema.build-date"];

/// The tags that a subscription wants, best first; for `NewestBuild` in no order yet, and for `Digest` the one tag that it
/// follows, whether it is among `tags` or not.
///
/// # Errors
/// If a constraint or an expression cannot be read, a field is retired, or `Digest` names no tag.
pub fn select_tags(subscription: &ImageSubscription, tags: Vec<String>) -> Result<Vec<String>, String> {
    if !subscription.allow_tags.is_empty() || !subscription.ignore_tags.is_empty() {
        return Err(super::RETIRED.to_owned());
    }
    let order = match subscription.image_selection_strategy {
        ImageSelectionStrategy::SemVer => {
            let strictness = match subscription.strict_semvers {
                Some(false) => Strictness::Coerce,
                None | Some(true) => Strictness::Complete,
            };
            let rule = SemverRule::new(strictness, &subscription.constraint);
            Order::Semver(rule.map_err(|e| format!("constraint: {e} ({})", e.hint()))?)
        }
        ImageSelectionStrategy::Lexical => Order::Lexical,
        ImageSelectionStrategy::NewestBuild => Order::AsListed,
        ImageSelectionStrategy::Digest if subscription.constraint.is_empty() => {
            return Err("the strategy Digest follows one tag; name it in constraint".to_owned());
        }
        ImageSelectionStrategy::Digest => return Ok(vec![subscription.constraint.clone()]),
    };
    let filter = TagFilter::new(&subscription.allow_tags_regexes, &subscription.ignore_tags_regexes);
    let filter = filter.map_err(|e| format!("allowTagsRegexes, ignoreTagsRegexes: {e}"))?;
    Ok(TagSelection { filter, order }.select(tags))
}

/// An image as it is recorded; none if it is not for `platform`, where an empty one is any.
///
/// # Errors
/// If an index lists no image at all.
pub fn describe_image(
    tag: &str,
    image: &InspectedImage,
    platform: &str,
) -> Result<Option<DiscoveredImage>, String> {
    let members = image.index.as_deref().unwrap_or(std::slice::from_ref(&image.image));
    if members.is_empty() {
        return Err(format!("the tag {tag:?} is an index without images"));
    }
    let mut annotations = image.annotations.clone();
    if !platform.is_empty() {
        let Some(member) = members.iter().find(|member| member.platform == platform) else { return Ok(None) };
        annotations.extend(member.annotations.clone());
    }
    Ok(Some(DiscoveredImage {
        tag: tag.to_owned(),
        digest: image.digest.clone(),
        annotations,
        created_at: members.iter().filter_map(built_at).max(),
    }))
}

/// When an image was built: as its annotations say, else as its configuration does, which labels may only make later.
fn built_at(image: &PlatformImage) -> Option<Timestamp> {
    let date = |texts: &std::collections::BTreeMap<String, String>| {
        BUILD_DATES.iter().find_map(|name| texts.get(*name)?.parse::<Timestamp>().ok())
    };
    date(&image.annotations).or_else(|| image.created_at.max(date(&image.labels)))
}

/// An image in an order.
struct Built(DiscoveredImage);

impl Candidate for Built {
    fn tag(&self) -> &str {
        &self.0.tag
    }

    fn created_at(&self) -> Option<i64> {
        self.0.created_at.map(Timestamp::as_micros)
    }
}

/// Images in the order of their builds, the last one first.
#[must_use]
pub fn newest_builds(images: Vec<DiscoveredImage>) -> Vec<DiscoveredImage> {
    let selection = TagSelection { filter: TagFilter::default(), order: Order::Newest };
    let images = images.into_iter().map(Built).collect();
    selection.select(images).into_iter().map(|image| image.0).collect()
}
