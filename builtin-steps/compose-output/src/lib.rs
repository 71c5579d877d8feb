//! The promotion step `compose-output`: its outputs are its evaluated configuration, with the values of secrets.

use serde_json::{Map, Value, json};
use windlass_step::{Context, Outcome, Step};

/// The step.
#[derive(Debug)]
pub struct ComposeOutput;

impl Step for ComposeOutput {
    type Config = Map<String, Value>;

    fn config_schema() -> Value {
        json!({
            "type": "object",
            "description": "The outputs, by name.",
            "minProperties": 1
        })
    }

    fn run(config: Self::Config, context: &Context) -> Outcome {
        let mut output = Value::Object(config);
        match context.reveal_all(&mut output) {
            Ok(()) => Outcome::succeeded().with_output(output),
            Err(error) => Outcome::from_error(&error),
        }
    }
}

windlass_step::export!(ComposeOutput);
