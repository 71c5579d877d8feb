//! What changes make of documents, whatever keeps them.

use serde_json::{Map, Value, json};

use super::{ChangeRefused, Document, DocumentChange, Expect, Member, ResourceKey};
use crate::journal::JournalError;

/// The version of documents that begin with a change of a part.
const DOCUMENT_VERSION: u32 = 1;

/// What a change makes of a document.
#[derive(Debug, Clone, PartialEq)]
pub enum Made {
    /// Nothing: it stays as it is, or is not there.
    Nothing,
    /// It is this from now on, but for its version.
    Document(Value),
    /// It goes.
    Deleted,
}

impl DocumentChange {
    /// The document that it is about.
    #[must_use]
    pub fn key(&self) -> &ResourceKey {
        match self {
            Self::Put { key, .. }
            | Self::Delete { key, .. }
            | Self::SetMembers { key, .. }
            | Self::Merge { key, .. }
            | Self::SetUnique { key, .. } => key,
        }
    }

    /// The text that no other document of the kind and namespace may have, and the JSON pointer to where.
    #[must_use]
    pub fn unique(&self) -> Option<(&'static str, &str)> {
        match self {
            Self::SetUnique { members, text, .. } => Some((members.first()?, text)),
            _ => None,
        }
    }

    /// What it makes of the document as it is found. That a text is unique is for whoever has all documents.
    ///
    /// # Errors
    /// If it is refused, or what is found is damaged.
    pub fn make(&self, found: Option<&Document>) -> Result<Made, JournalError> {
        Ok(match self {
            Self::Put { expect, document, .. } => {
                check(found, *expect)?;
                Made::Document(document.clone())
            }
            Self::Delete { expect, .. } => {
                check(found, *expect)?;
                if found.is_some() { Made::Deleted } else { Made::Nothing }
            }
            Self::SetMembers { members, .. } => {
                let Some(found) = found else { return Ok(Made::Nothing) };
                let mut document = found.value()?;
                let mut is_changed = false;
                for Member { path, value } in members {
                    is_changed |= set_member(&mut document, path, value.as_ref());
                }
                if is_changed { Made::Document(document) } else { Made::Nothing }
            }
            Self::Merge { into, entries, .. } => {
                let mut document = match found {
                    Some(found) => found.value()?,
                    None => json!({ "v": DOCUMENT_VERSION }),
                };
                merge(&mut document[*into], entries);
                Made::Document(document)
            }
            Self::SetUnique { members, text, .. } => {
                let mut document = found.ok_or(ChangeRefused::NotFound)?.value()?;
                for member in *members {
                    if let Some(value) = document.pointer_mut(member) {
                        *value = json!(text);
                    }
                }
                Made::Document(document)
            }
        })
    }
}

fn check(found: Option<&Document>, expect: Expect) -> Result<(), ChangeRefused> {
    match (expect, found) {
        (Expect::Anything, _) | (Expect::Absent, None) | (Expect::Present, Some(_)) => Ok(()),
        (Expect::Absent, Some(_)) => Err(ChangeRefused::Exists),
        (Expect::Present | Expect::Version(_), None) => Err(ChangeRefused::NotFound),
        (Expect::Version(version), Some(found)) if found.version == version => Ok(()),
        (Expect::Version(_), Some(_)) => Err(ChangeRefused::Stale),
    }
}

/// Sets a member, or takes it out; whether that changed anything.
fn set_member(document: &mut Value, path: &[String], value: Option<&Value>) -> bool {
    let Some((last, way)) = path.split_last() else { return false };
    let mut at = document;
    for name in way {
        if value.is_none() && at.get(name).is_none() {
            return false;
        }
        if !at[name].is_object() {
            at[name] = json!({});
        }
        at = &mut at[name];
    }
    let Some(members) = at.as_object_mut() else { return false };
    match value {
        Some(value) if members.get(last) == Some(value) => false,
        Some(value) => {
            members.insert(last.clone(), value.clone());
            true
        }
        None => members.shift_remove(last).is_some(),
    }
}

fn merge(into: &mut Value, entries: &Map<String, Value>) {
    if !into.is_object() {
        *into = json!({});
    }
    if let Some(object) = into.as_object_mut() {
        object.extend(entries.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
}
