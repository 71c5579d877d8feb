//! Windlass' own records in the promotion's project: what steps note down about stages and freight.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What has metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Kind {
    /// A Stage.
    Stage,
    /// A Freight.
    Freight,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stage => "Stage",
            Self::Freight => "Freight",
        })
    }
}

/// Names one record of the project: also the arguments of `metadata.get`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Subject {
    /// What it is.
    pub kind: Kind,
    /// Its name.
    pub name: String,
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.kind, self.name)
    }
}

/// Arguments of `metadata.upsert`: values by name; those of other names stay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Upsert {
    /// What it is.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// The values.
    pub values: Map<String, Value>,
}

impl Upsert {
    /// Whose metadata it is.
    #[must_use]
    pub fn subject(&self) -> Subject {
        Subject { kind: self.kind, name: self.name.clone() }
    }
}

/// Arguments of `metadata.setAlias`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetAlias {
    /// The name of the freight.
    pub freight: String,
    /// The new alias.
    pub alias: String,
}
