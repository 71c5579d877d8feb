//! What a step is asked for.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use windlass_step::{Context, Error};

/// What to read, and what to make of it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Config {
    /// The file.
    #[schemars(length(min = 1))]
    pub path: String,
    /// The outputs.
    #[schemars(length(min = 1))]
    pub outputs: Vec<Output>,
}

/// One output.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Output {
    /// Its name. Of several with one name the last one counts.
    #[schemars(length(min = 1))]
    pub name: String,
    /// The expression that gives its value, without delimiters.
    #[schemars(length(min = 1))]
    pub from_expression: String,
}

impl Config {
    /// The outputs, with the values of secrets in their expressions.
    pub(crate) fn revealed(&self, context: &Context) -> Result<Vec<Output>, Error> {
        let reveal = |output: &Output| {
            let mut text = Value::String(output.from_expression.clone());
            context.reveal_all(&mut text)?;
            let from_expression = text.as_str().unwrap_or_default().to_owned();
            Ok(Output { name: output.name.clone(), from_expression })
        };
        self.outputs.iter().map(reveal).collect()
    }
}
