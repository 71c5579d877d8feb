//! The variables that were given.

use serde_json::{Map as Members, Value as Json};
use windlass_expr::{Map as Variables, Value};

use crate::failure::Failure;

/// Variables by name.
#[derive(Debug, Default)]
pub(crate) struct Environment(Members<String, Json>);

impl Environment {
    /// Reads a document. An empty one has no variables.
    ///
    /// # Errors
    /// If it is no mapping.
    pub(crate) fn read(document: Json) -> Result<Self, Failure> {
        match document {
            Json::Null => Ok(Self::default()),
            Json::Object(members) => Ok(Self(members)),
            _ => Err(Failure::input("the variables of --env must be a mapping")
                .hint("write one, as in `vars: { tag: v1.4.0 }`")),
        }
    }

    /// All of them.
    pub(super) fn variables(&self) -> Variables {
        self.0.iter().map(|(name, value)| (name.as_str(), Value::from_json(value))).collect()
    }

    /// Takes the outputs of steps out of it.
    ///
    /// # Errors
    /// If they are no mapping.
    pub(super) fn take_outputs(&mut self) -> Result<Members<String, Json>, Failure> {
        match self.0.remove("outputs") {
            None | Some(Json::Null) => Ok(Members::new()),
            Some(Json::Object(outputs)) => Ok(outputs),
            Some(_) => Err(Failure::input("the outputs of --env must be a mapping")
                .hint("write them by the aliases of steps, as in `outputs: { commit: { commit: 1a2b3c } }`")),
        }
    }

    /// Adds them to what a promotion has: members of `vars` to its own, anything else in the place of it.
    pub(super) fn add_to(&self, variables: &mut Variables) {
        for (name, value) in &self.0 {
            match (name.as_str(), value, variables.get(name).and_then(Value::as_map)) {
                ("vars", Json::Object(given), Some(own)) => {
                    let mut vars = own.clone();
                    for (name, value) in given {
                        vars.insert(name.as_str(), Value::from_json(value));
                    }
                    variables.insert("vars", vars);
                }
                _ => variables.insert(name.as_str(), Value::from_json(value)),
            }
        }
    }
}
