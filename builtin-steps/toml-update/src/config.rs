//! The configuration of `toml-update`.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

/// What to change, and where.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Config {
    /// The file.
    #[schemars(length(min = 1))]
    pub(crate) path: String,
    /// The values to change.
    #[schemars(length(min = 1))]
    pub(crate) updates: Vec<Update>,
}

/// One value.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Update {
    /// The way to the value: names and indices with dots between them. `\.` and `\:` stand for a dot and a colon in a name.
    #[schemars(length(min = 1))]
    pub(crate) key: String,
    /// The new value: a text, a number or a bool.
    pub(crate) value: Value,
}
