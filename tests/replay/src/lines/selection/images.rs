//! Images of a registry. Discovery selects by version; what the other orders are made of is put together here. Digest,
//! date and annotations of an image are what the registry says of its tag.

use serde_json::{Map, Value};
use windlass_discovery::select_tags;
use windlass_model::manifest::warehouse::ImageSubscription;
use windlass_model::time::Timestamp;
use windlass_versions::{Candidate, Order, TagSelection};

use super::super::{Answer, Answered, text};
use super::{Refused, limited, listed, tag_filter};

/// A tag of a case, with what the registry says of it.
struct Tag<'a> {
    name: &'a str,
    says: &'a Value,
    created_at: Option<Timestamp>,
}

impl Candidate for Tag<'_> {
    fn tag(&self) -> &str {
        self.name
    }

    fn created_at(&self) -> Option<i64> {
        self.created_at.map(Timestamp::as_micros)
    }
}

pub(super) fn answer(case: &Value) -> Answered {
    let subscription = &case["subscription"];
    let images = case["images"].as_array().map(Vec::as_slice).unwrap_or_default();
    if let Some(part) = what_is_missing(subscription, images) {
        return Ok(Answer::NotThere(part));
    }
    let tags: Vec<Tag<'_>> = images.iter().map(|image| Tag::of(image, images)).collect::<Result<_, _>>()?;
    let wanted = select(subscription, tags);
    Ok(listed(
        wanted.map(|wanted| limited(wanted, subscription).iter().map(|tag| tag.shown().into()).collect()),
    ))
}

fn what_is_missing(subscription: &Value, images: &[Value]) -> Option<&'static str> {
    let any = |fields: &[&str]| images.iter().any(|image| fields.iter().any(|f| image.get(f).is_some()));
    let is_retired = ["allowTags", "ignoreTags"].iter().any(|field| subscription.get(field).is_some());
    let strategy = text(subscription, "imageSelectionStrategy");
    if strategy == "Digest" {
        Some("the image strategy Digest")
    } else if !text(subscription, "platform").is_empty() {
        Some("images by platform")
    } else if any(&["platforms"]) {
        Some("indexes of images")
    } else if is_retired && !matches!(strategy, "" | "SemVer") {
        Some("the retired fields of image subscriptions")
    } else if strategy == "NewestBuild" && any(&["labels", "annotations"]) {
        Some("the dates of images")
    } else {
        None
    }
}

fn select<'a>(subscription: &Value, tags: Vec<Tag<'a>>) -> Result<Vec<Tag<'a>>, Refused> {
    let order = match text(subscription, "imageSelectionStrategy") {
        "Lexical" => Order::Lexical,
        "NewestBuild" => Order::Newest,
        _ => return select_by_version(subscription, tags),
    };
    Ok(TagSelection { filter: tag_filter(subscription)?, order }.select(tags))
}

fn select_by_version<'a>(subscription: &Value, mut tags: Vec<Tag<'a>>) -> Result<Vec<Tag<'a>>, Refused> {
    let mut subscription: ImageSubscription =
        serde_json::from_value(subscription.clone()).map_err(|e| e.to_string())?;
    // In the recordings an absent key means false; in manifests the API server's default is true.
    subscription.strict_semvers.get_or_insert(false);
    let names = select_tags(&subscription, tags.iter().map(|tag| tag.name.to_owned()).collect())?;
    let mut take = |name: String| {
        let at = tags.iter().position(|tag| tag.name == name)?;
        Some(tags.swap_remove(at))
    };
    names.into_iter().map(|name| take(name).ok_or_else(|| "a tag that is not there".to_owned())).collect()
}

impl<'a> Tag<'a> {
    fn of(image: &'a Value, all: &'a [Value]) -> Result<Self, String> {
        let same_as = image["sameAs"].as_str();
        let source = same_as.and_then(|tag| all.iter().find(|other| other["tag"] == tag)).unwrap_or(image);
        let created_at = source["createdAt"].as_str().map(str::parse).transpose();
        Ok(Self {
            name: image["tag"].as_str().ok_or("an image has no tag")?,
            says: source,
            created_at: created_at.map_err(|e| format!("createdAt: {e}"))?,
        })
    }

    fn shown(&self) -> Map<String, Value> {
        let mut shown = Map::new();
        shown.insert("tag".to_owned(), self.name.into());
        for key in ["digest", "createdAt", "annotations"] {
            if let Some(value) = self.says.get(key) {
                shown.insert(key.to_owned(), value.clone());
            }
        }
        shown
    }
}
