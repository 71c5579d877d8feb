//! What a step is.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::context::Context;
use crate::outcome::Outcome;
use crate::schema::inline_schema;

/// A step of a promotion.
pub trait Step {
    /// The evaluated configuration.
    type Config: DeserializeOwned + JsonSchema;

    /// Does the work of one attempt.
    fn run(config: Self::Config, context: &Context) -> Outcome;

    /// The JSON Schema of the configuration (draft 7). It becomes part of the step's manifest, and the engine checks
    /// every configuration against it before the step runs. It is made from the struct; a step whose configuration is
    /// no struct, or has rules that a struct cannot tell, says it here.
    #[must_use]
    fn config_schema() -> Value {
        inline_schema::<Self::Config>()
    }

    /// The JSON Schema of the output, if the step has one.
    #[must_use]
    fn output_schema() -> Option<Value> {
        None
    }
}
