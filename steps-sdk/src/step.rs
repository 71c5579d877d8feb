//! What a step is.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::context::Context;
use crate::outcome::Outcome;

/// A step of a promotion.
pub trait Step {
    /// The evaluated configuration. Its JSON Schema becomes part of the step's manifest, and the engine checks every
    /// configuration against it before the step runs.
    type Config: DeserializeOwned + JsonSchema;

    /// Does the work of one attempt.
    fn run(config: Self::Config, context: &Context) -> Outcome;

    /// The JSON Schema of the output, if the step has one.
    #[must_use]
    fn output_schema() -> Option<Value> {
        None
    }
}
