//! How resources show what has become of them: their `status`, in Kargo's form.

pub(crate) mod stage;
pub(crate) mod warehouse;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use windlass_ports::records::Member;

/// The member of a status that steps write, and nobody else.
const METADATA: &str = "metadata";

/// The members of a status as they were written last. They are kept as texts: as values, the histories of a thousand stages
/// take some ten times as much memory.
#[derive(Debug, Default)]
pub(crate) struct Shown(BTreeMap<String, Box<str>>);

impl Shown {
    /// What a document shows.
    pub(crate) fn of_document(document: &Value) -> Self {
        let members = document["status"].as_object().into_iter().flatten();
        Self(
            members
                .filter(|(name, _)| *name != METADATA)
                .map(|(name, value)| (name.clone(), text(value)))
                .collect(),
        )
    }

    /// What is about to be written.
    pub(crate) fn of_members(members: &BTreeMap<String, Value>) -> Self {
        Self(members.iter().map(|(name, value)| (name.clone(), text(value))).collect())
    }

    /// One member.
    pub(crate) fn get(&self, name: &str) -> Option<Value> {
        self.0.get(name).and_then(|text| serde_json::from_str(text).ok())
    }

    /// What of `members`, which `after` are the texts of, is to be written, and what is to be taken away.
    pub(crate) fn changes(&self, after: &Self, members: &BTreeMap<String, Value>) -> Vec<Member> {
        let names: BTreeSet<&String> = self.0.keys().chain(after.0.keys()).collect();
        let changed = names.into_iter().filter(|name| self.0.get(*name) != after.0.get(*name));
        changed
            .map(|name| Member {
                path: vec!["status".to_owned(), name.clone()],
                value: members.get(name).cloned(),
            })
            .collect()
    }
}

fn text(value: &Value) -> Box<str> {
    value.to_string().into_boxed_str()
}
