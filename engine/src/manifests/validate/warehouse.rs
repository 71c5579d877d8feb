//! What a Warehouse must have.

use std::collections::BTreeMap;

use windlass_model::freight::address::{normalize_chart, normalize_git, normalize_image};
use windlass_model::manifest::warehouse::{
    ChartSubscription, ImageSelectionStrategy, ImageSubscription, Subscription, Warehouse,
};

use crate::manifests::decode::Decoder;
use crate::manifests::rule::Rule;
use crate::manifests::shape;

/// Complains about subscriptions that are none, and those that are there twice.
pub(in crate::manifests) fn check(decoder: &mut Decoder<'_>, warehouse: &Warehouse) {
    let mut names = BTreeMap::new();
    let mut repositories = BTreeMap::new();
    for (index, subscription) in warehouse.spec.subscriptions.iter().enumerate() {
        let at = At(index);
        let name = subscription.name.trim().to_lowercase();
        if let Some(first) = (!name.is_empty()).then(|| names.insert(name, index)).flatten() {
            let message =
                format!("the name {:?} is that of subscription {} already", subscription.name, first + 1);
            decoder.error_at(Rule::DuplicateEntry, &at.below(&["name"]), message, "choose another");
        }
        let Some((kind, identity)) = identity(subscription) else { continue };
        if let Some(first) = repositories.insert((kind, identity), index) {
            let message = format!("subscription {} is to the same repository", first + 1);
            let hint = "a Warehouse subscribes to a repository once; make another Warehouse";
            decoder.error_at(Rule::DuplicateEntry, &at.below(&[kind, "repoURL"]), message, hint);
        }
        if let Some(image) = &subscription.image {
            check_image(decoder, &at, image);
        }
        if let Some(chart) = &subscription.chart {
            check_chart(decoder, &at, chart);
        }
    }
}

/// The place of a subscription.
struct At(usize);

impl At {
    fn below(&self, rest: &[&str]) -> Vec<String> {
        let own = ["spec".to_owned(), "subscriptions".to_owned(), self.0.to_string()];
        own.into_iter().chain(rest.iter().map(|segment| (*segment).to_owned())).collect()
    }
}

/// What may be subscribed to once, as Kargo compares it.
fn identity(subscription: &Subscription) -> Option<(&'static str, String)> {
    if let Some(git) = &subscription.git {
        return Some(("git", normalize_git(&git.repo_url)));
    }
    if let Some(image) = &subscription.image {
        return Some(("image", normalize_image(&image.repo_url)));
    }
    let chart = subscription.chart.as_ref()?;
    let url = normalize_chart(&chart.repo_url);
    Some(("chart", if is_http(&chart.repo_url) { format!("{url}:{}", chart.name) } else { url }))
}

fn is_http(url: &str) -> bool {
    url.starts_with("http://") || url.starts_with("https://")
}

fn check_image(decoder: &mut Decoder<'_>, at: &At, image: &ImageSubscription) {
    check_gone(decoder, at, "image", !image.allow_tags.is_empty(), !image.ignore_tags.is_empty());
    let path = at.below(&["image", "constraint"]);
    match image.image_selection_strategy {
        ImageSelectionStrategy::SemVer => {
            if let Err(complaint) = shape::constraint(&image.constraint) {
                decoder.error_at(Rule::InvalidValue, &path, complaint.message, &complaint.hint);
            }
        }
        ImageSelectionStrategy::Digest if image.constraint.is_empty() => {
            let message = "the strategy Digest needs the tag to watch";
            decoder.error_at(Rule::MissingField, &path, message, "write it as constraint: latest");
        }
        ImageSelectionStrategy::Digest
        | ImageSelectionStrategy::Lexical
        | ImageSelectionStrategy::NewestBuild => {}
    }
}

fn check_chart(decoder: &mut Decoder<'_>, at: &At, chart: &ChartSubscription) {
    let path = at.below(&["chart", "name"]);
    if chart.repo_url.starts_with("oci://") && !chart.name.is_empty() {
        let message = "a repository in an OCI registry holds one chart, which has no further name";
        decoder.error_at(Rule::ConflictingFields, &path, message, "remove name");
    } else if is_http(&chart.repo_url) && chart.name.is_empty() {
        let message = "the repository holds many charts";
        decoder.error_at(Rule::MissingField, &path, message, "add name, the name of the chart");
    }
}

/// Complains about fields that Kargo still reads, and then discovers nothing.
fn check_gone(decoder: &mut Decoder<'_>, at: &At, kind: &str, allows: bool, ignores: bool) {
    let gone = [
        ("allowTags", allows, "write allowTagsRegexes, a list"),
        ("ignoreTags", ignores, "write ignoreTagsRegexes, with ^ and $ around each tag"),
    ];
    for (name, _, hint) in gone.iter().filter(|(_, is_there, _)| *is_there) {
        let message = format!("{name} was taken out of Kargo, which discovers nothing where it is set");
        decoder.error_at(Rule::RemovedField, &at.below(&[kind, name]), message, hint);
    }
}
