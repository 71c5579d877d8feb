//! Images: what shall be set, and how a commit tells of it.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use windlass_step::FreightCollection;

use crate::config::ImageUpdate;

/// Keeps what the file has.
const KEEP: &str = "*";

/// What an entry of a kustomization file says of an image. What is not said is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Image {
    /// Another name to use.
    pub(crate) new_name: String,
    /// The tag.
    pub(crate) new_tag: String,
    /// The digest.
    pub(crate) digest: String,
}

/// Images by the name they have in the manifests.
pub(crate) type Images = BTreeMap<String, Image>;

/// What the configuration asks for. Of equal names the last counts.
pub(crate) fn of_updates(updates: &[ImageUpdate]) -> Images {
    let image = |update: &ImageUpdate| {
        let name = if update.name.is_empty() { &update.image } else { &update.name };
        let image = Image {
            new_name: update.new_name.clone(),
            new_tag: update.tag.clone(),
            digest: update.digest.clone(),
        };
        (name.clone(), image)
    };
    updates.iter().map(image).collect()
}

/// Every image of the freight. It must be clear which is meant by a repository.
pub(crate) fn of_freight(freight: &FreightCollection) -> Result<Images, String> {
    let mut images = Images::new();
    for found in freight.items.values().flat_map(|freight| &freight.images) {
        match images.entry(found.repo_url.clone()) {
            Entry::Occupied(_) => {
                return Err(format!(
                    "manual configuration required due to ambiguous result: the freight has more than one container \
                     image from repository {}; say under images which to use",
                    found.repo_url
                ));
            }
            Entry::Vacant(entry) => entry.insert(Image {
                new_name: String::new(),
                new_tag: found.tag.clone(),
                digest: found.digest.clone(),
            }),
        };
    }
    Ok(images)
}

impl Image {
    /// The same with what the file has in the place of every `*`.
    pub(crate) fn keeping(self, old: &Self) -> Self {
        let keep = |new: String, old: &String| if new == KEEP { old.clone() } else { new };
        Self {
            new_name: keep(self.new_name, &old.new_name),
            new_tag: keep(self.new_tag, &old.new_tag),
            digest: keep(self.digest, &old.digest),
        }
    }

    /// What to write, by member: in the order of Kustomize, empty for what shall not be there.
    pub(crate) fn members(&self) -> [(&'static str, &str); 3] {
        let members = [("newName", &self.new_name), ("newTag", &self.new_tag), ("digest", &self.digest)];
        members.map(|(name, value)| (name, if value == KEEP { "" } else { value.as_str() }))
    }

    /// The image as a reference.
    fn reference(&self, name: &str) -> String {
        let mut reference = if self.new_name.is_empty() { name.to_owned() } else { self.new_name.clone() };
        for (mark, part) in [(':', &self.new_tag), ('@', &self.digest)] {
            if !part.is_empty() {
                reference.push(mark);
                reference.push_str(part);
            }
        }
        reference
    }
}

/// The message for a commit, as Kargo writes it: of all images that the file has now. A `*` with nothing to keep stays.
pub(crate) fn commit_message(path: &str, images: &Images) -> Option<String> {
    if images.is_empty() {
        return None;
    }
    let plural = if images.len() == 1 { "" } else { "s" };
    let list: String = images.iter().map(|(name, image)| format!("\n- {}", image.reference(name))).collect();
    Some(format!("Updated {path} to use new image{plural}\n{list}"))
}
