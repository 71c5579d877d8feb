//! Setting the images in the text of a kustomization file. Nothing else of it changes.

use serde_json::{Map, Value, json};
use windlass_yaml::{Kind, Mapping, Node, PatchError, Patcher, Path, Scalar};

use crate::image::{Image, Images};

/// The member of a kustomization that lists images.
pub(crate) const IMAGES: &str = "images";

/// A text that has been edited.
pub(crate) struct Edited {
    /// The text.
    pub(crate) text: String,
    /// The images that it sets now, with every `*` that had nothing to keep.
    pub(crate) images: Images,
}

/// Sets images: changes the entries that are there, and adds the others.
pub(crate) fn set_images(text: String, wanted: &Images) -> Result<Edited, String> {
    let mut patcher =
        Patcher::new(text).map_err(|error| format!("could not unmarshal Kustomization file: {error}"))?;
    let current = current_images(patcher.root())
        .map_err(|error| format!("could not decode images field in Kustomization file: {error}"))?;
    let (mut images, mut missing) = (wanted.clone(), wanted.clone());
    for (index, (name, old)) in current.into_iter().enumerate() {
        missing.remove(&name);
        match wanted.get(&name) {
            Some(image) => {
                let image = image.clone().keeping(&old);
                update(&mut patcher, index, &old, &image).map_err(not_updated)?;
                images.insert(name, image);
            }
            None => {
                images.entry(name).or_insert(old);
            }
        }
    }
    add(&mut patcher, &missing).map_err(not_updated)?;
    Ok(Edited { text: patcher.into_text(), images })
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn not_updated(error: PatchError) -> String {
    format!("could not update images field in Kustomization file: {error}")
}

/// The entries of the file, with their names.
fn current_images(root: Option<&Node>) -> Result<Vec<(String, Image)>, String> {
    let Some(found) = root.and_then(|root| root.at(&images())) else { return Ok(Vec::new()) };
    match found.node.kind() {
        Kind::Sequence(items) => items.iter().map(current_image).collect(),
        Kind::Scalar(_) if is_null(found.node) => Ok(Vec::new()),
        Kind::Scalar(_) | Kind::Mapping(_) => {
            Err(format!("a list is expected ({})", found.node.span().start))
        }
    }
}

fn current_image(item: &Node) -> Result<(String, Image), String> {
    let Kind::Mapping(mapping) = item.kind() else {
        return Err(format!("an entry with a name is expected ({})", item.span().start));
    };
    let image = Image {
        new_name: text(mapping, "newName")?,
        new_tag: text(mapping, "newTag")?,
        digest: text(mapping, "digest")?,
    };
    Ok((text(mapping, "name")?, image))
}

/// The text of a member as it is written: a tag that looks like a number is none. Empty if it is absent.
fn text(mapping: &Mapping, name: &str) -> Result<String, String> {
    match mapping.get(name).map(|(_, value)| (value, value.kind())) {
        None => Ok(String::new()),
        Some((value, _)) if is_null(value) => Ok(String::new()),
        Some((_, Kind::Scalar(scalar))) => Ok(scalar.text.to_owned()),
        Some((value, _)) => Err(format!("{name} must be a text ({})", value.span().start)),
    }
}

fn is_null(node: &Node) -> bool {
    matches!(node.kind(), Kind::Scalar(scalar) if scalar.value() == Ok(Scalar::Null))
}

fn images() -> Path {
    Path::of([IMAGES])
}

/// Changes the members of an entry that differ.
fn update(patcher: &mut Patcher, index: usize, old: &Image, new: &Image) -> Result<(), PatchError> {
    let entry = images().join(index.to_string());
    // What is set comes first: an entry never becomes empty.
    let members = || old.members().into_iter().zip(new.members()).filter(|(old, new)| old != new);
    for ((_, before), (name, value)) in members().filter(|(_, (_, value))| !value.is_empty()) {
        let is_there =
            !before.is_empty() || patcher.root().is_some_and(|root| root.at(&entry.join(name)).is_some());
        if is_there {
            patcher.replace_scalar(&entry.join(name), &Scalar::from(value))?;
        } else {
            patcher.insert_key(&entry, name, &json!(value))?;
        }
    }
    for (_, (name, _)) in members().filter(|(_, (_, value))| value.is_empty()) {
        patcher.remove(&entry.join(name))?;
    }
    Ok(())
}

/// Adds entries, in the order of their names. As in Kargo, the list is there afterwards even if it is empty.
fn add(patcher: &mut Patcher, missing: &Images) -> Result<(), PatchError> {
    let entry = |(name, image): (&String, &Image)| {
        let mut entry = Map::new();
        entry.insert("name".to_owned(), json!(name));
        let members = image.members().into_iter().filter(|(_, value)| !value.is_empty());
        entry.extend(members.map(|(name, value)| (name.to_owned(), json!(value))));
        Value::Object(entry)
    };
    let is_there = patcher.root().is_some_and(|root| root.at(&images()).is_some());
    if !is_there {
        let entries: Vec<Value> = missing.iter().map(entry).collect();
        return patcher.insert_key(&Path::root(), IMAGES, &Value::Array(entries));
    }
    for added in missing.iter().map(entry) {
        patcher.append_to_sequence(&images(), &added)?;
    }
    Ok(())
}
