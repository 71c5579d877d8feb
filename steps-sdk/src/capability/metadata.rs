//! Windlass' own records of the promotion's project: what steps note down about stages and freight.

use serde_json::{Map, Value};

use crate::context::Context;
use crate::host::Host as _;
use crate::{Error, ErrorKind, Retry};

/// What has metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A Stage.
    Stage,
    /// A Freight.
    Freight,
}

impl Kind {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stage => "Stage",
            Self::Freight => "Freight",
        }
    }
}

impl Context {
    /// What has been noted down about a stage or freight, by name. Secrets are hidden.
    ///
    /// # Errors
    /// If no grant allows it, or there is no such stage or freight.
    pub fn metadata(&self, kind: Kind, name: &str) -> Result<Map<String, Value>, Error> {
        let text = self.host.metadata(kind.as_str(), name)?;
        serde_json::from_str(&text).map_err(|error| Error {
            kind: ErrorKind::Internal,
            retry: Retry::Never,
            message: format!("the host's answer is not understood: {error}"),
            code: "internal".to_owned(),
            details: "{}".to_owned(),
        })
    }

    /// Notes values down about a stage or freight; those of other names stay.
    ///
    /// # Errors
    /// If no grant allows it, or there is no such stage or freight.
    pub fn upsert_metadata(&self, kind: Kind, name: &str, values: &Map<String, Value>) -> Result<(), Error> {
        let values = Value::Object(values.clone()).to_string();
        self.host.upsert_metadata(kind.as_str(), name, &values)
    }

    /// Gives freight another alias; the one it had.
    ///
    /// # Errors
    /// If no grant allows it, there is no such freight, or another has the alias.
    pub fn set_alias(&self, freight: &str, alias: &str) -> Result<String, Error> {
        self.host.set_alias(freight, alias)
    }
}
