//! What a step is.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::context::Context;
use crate::outcome::{HealthReport, Outcome};
use crate::schema::inline_schema;
use crate::{Error, ErrorKind, Retry};

/// A step of a promotion.
pub trait Step {
    /// The evaluated configuration.
    type Config: DeserializeOwned + JsonSchema;

    /// Does the work of one attempt.
    fn run(config: Self::Config, context: &Context) -> Outcome;

    /// Evaluates a check of health that an attempt left with [`Outcome::with_health`]. It only reads.
    ///
    /// # Errors
    /// Why the check cannot be carried out. A step that leaves no checks has none to evaluate.
    fn check_health(_input: Value, _context: &Context) -> Result<HealthReport, Error> {
        Err(Error {
            kind: ErrorKind::Invalid,
            retry: Retry::Never,
            code: "no-health-check".to_owned(),
            message: "the step has no checks of health".to_owned(),
            details: "{}".to_owned(),
        })
    }

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
