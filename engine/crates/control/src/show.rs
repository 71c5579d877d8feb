//! How resources show what has become of them: their `status`, in Kargo's form.

pub(crate) mod stage;
pub(crate) mod warehouse;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use windlass_model::digest::Digest;
use windlass_ports::records::Member;

/// The member of a status that steps write, and nobody else.
const METADATA: &str = "metadata";

/// The member of a status that is read again.
const CONDITIONS: &str = "conditions";

/// The members of a status as they were written last. Of all but the conditions the digest is kept: the histories of a
/// thousand stages are megabytes, which nobody reads here.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    digests: BTreeMap<String, Digest>,
    conditions: Option<Box<str>>,
}

impl Shown {
    /// What a document shows.
    pub(crate) fn of_document(document: &Value) -> Self {
        let members = document["status"].as_object().into_iter().flatten();
        Self::of(members.filter(|(name, _)| *name != METADATA))
    }

    /// What is about to be written.
    pub(crate) fn of_members(members: &BTreeMap<String, Value>) -> Self {
        Self::of(members.iter())
    }

    fn of<'a>(members: impl Iterator<Item = (&'a String, &'a Value)>) -> Self {
        let mut shown = Self::default();
        for (name, value) in members {
            let text = value.to_string();
            shown.digests.insert(name.clone(), Digest::of(text.as_bytes()));
            if name == CONDITIONS {
                shown.conditions = Some(text.into_boxed_str());
            }
        }
        shown
    }

    /// The conditions.
    pub(crate) fn conditions(&self) -> Option<Value> {
        serde_json::from_str(self.conditions.as_deref()?).ok()
    }

    /// What of `members`, which `after` are the digests of, is to be written, and what is to be taken away.
    pub(crate) fn changes(&self, after: &Self, members: &BTreeMap<String, Value>) -> Vec<Member> {
        let names: BTreeSet<&String> = self.digests.keys().chain(after.digests.keys()).collect();
        let changed = names.into_iter().filter(|name| self.digests.get(*name) != after.digests.get(*name));
        changed
            .map(|name| Member {
                path: vec!["status".to_owned(), name.clone()],
                value: members.get(name).cloned(),
            })
            .collect()
    }
}
