//! What changes make of documents, whatever keeps them.

use serde_json::json;
use windlass_model::pointer;

use super::{ChangeRefused, Document, DocumentChange, Expect, Member, ObjectText, ResourceKey};
use crate::journal::JournalError;

/// The version of documents that begin with a change of a part.
const DOCUMENT_VERSION: u32 = 1;

/// What a change makes of a document.
#[derive(Debug, Clone, PartialEq)]
pub enum Made<'a> {
    /// Nothing: it stays as it is, or is not there.
    Nothing,
    /// It is this from now on, but for its version.
    Document(ObjectText<'a>),
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
    /// If it is refused, what is found is damaged, or what is put is no object.
    pub fn make<'a>(&self, found: Option<&'a Document>) -> Result<Made<'a>, JournalError> {
        Ok(match self {
            Self::Put { expect, document, .. } => {
                check(found, *expect)?;
                Made::Document(ObjectText::of_value(document).ok_or_else(|| no_object(self.key()))?)
            }
            Self::Delete { expect, .. } => {
                check(found, *expect)?;
                if found.is_some() { Made::Deleted } else { Made::Nothing }
            }
            Self::SetMembers { members, .. } => {
                let Some(found) = found else { return Ok(Made::Nothing) };
                let mut document = read(found)?;
                let mut is_changed = false;
                for Member { path, value } in members {
                    is_changed |= document.set(path, value.as_ref());
                }
                if is_changed { Made::Document(document) } else { Made::Nothing }
            }
            Self::Merge { into, entries, .. } => {
                let mut document = found.map(read).transpose()?.unwrap_or_default();
                if found.is_none() {
                    document.set(&["v"], Some(&json!(DOCUMENT_VERSION)));
                }
                let into = document.object_at(into);
                for (name, value) in entries {
                    into.set(&[name], Some(value));
                }
                Made::Document(document)
            }
            Self::SetUnique { members, text, .. } => {
                let mut document = read(found.ok_or(ChangeRefused::NotFound)?)?;
                for pointer in *members {
                    let member: Vec<String> = pointer::names(pointer).collect();
                    if document.has(&member) {
                        document.set(&member, Some(&json!(text)));
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

fn read(document: &Document) -> Result<ObjectText<'_>, JournalError> {
    ObjectText::read(&document.text).ok_or_else(|| no_object(&document.key))
}

fn no_object(key: &ResourceKey) -> JournalError {
    JournalError::Unavailable(format!("a record is damaged: {} {:?} is no object", key.kind, key.name))
}

#[cfg(test)]
mod tests {
    use windlass_model::ids::{Namespace, TenantId};

    use super::*;

    #[test]
    fn what_is_no_object_is_not_put() {
        let key = ResourceKey {
            tenant: TenantId::default(),
            kind: "Stage".to_owned(),
            namespace: Namespace::new("demo").unwrap(),
            name: "dev".to_owned(),
        };
        let put = |document| DocumentChange::Put { key: key.clone(), expect: Expect::Anything, document };
        assert!(matches!(put(json!({ "a": 1 })).make(None), Ok(Made::Document(_))));
        let refused = put(json!(["a"])).make(None).unwrap_err().to_string();
        assert!(refused.contains("Stage \"dev\" is no object"), "{refused}");
    }
}
