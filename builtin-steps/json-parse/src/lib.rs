//! The promotion step `json-parse`: outputs of what stands in a JSON file.

use windlass_expr::{Budget, Value};
use windlass_extract::{Config, Format, extract};
use windlass_step::{Context, Outcome, Step};

/// The step.
#[derive(Debug)]
pub struct JsonParse;

const JSON: Format = Format { name: "JSON", max_bytes: 16 << 20, parse };

impl Step for JsonParse {
    type Config = Config;

    fn run(config: Config, context: &Context) -> Outcome {
        extract(&config, context, &JSON)
    }
}

/// As Go's `encoding/json` reads it.
fn parse(bytes: &[u8]) -> Result<Value, String> {
    // The size of the file is the bound on steps; that on memory holds back files of very many small values.
    let budget = Budget { steps: u64::MAX, ..Budget::default() };
    Value::parse_json(bytes, budget).map_err(|error| error.to_string())
}

windlass_step::export!(JsonParse);
