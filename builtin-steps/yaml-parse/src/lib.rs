//! The promotion step `yaml-parse`: outputs of what stands in a YAML file.

use windlass_expr::Value;
use windlass_extract::{Config, Format, extract};
use windlass_step::{Context, Outcome, Step};
use windlass_yaml::{Limits, ReadOptions, YamlError, decode_utf8, to_json_within};

/// The step.
#[derive(Debug)]
pub struct YamlParse;

const YAML: Format = Format { name: "YAML", max_bytes: 16 << 20, parse };

/// More would not fit into the memory of the step.
const MAX_NODES: usize = 1_000_000;

impl Step for YamlParse {
    type Config = Config;

    fn run(config: Config, context: &Context) -> Outcome {
        extract(&config, context, &YAML)
    }
}

/// The first document, as tools of Kubernetes read it: through JSON, so that every number is a float.
fn parse(bytes: &[u8]) -> Result<Value, String> {
    let limits = Limits { nodes: MAX_NODES, ..Limits::default() };
    let options = ReadOptions { limits, ..ReadOptions::default() };
    let json = decode_utf8(bytes).and_then(|text| to_json_within(text, &options));
    json.map(|json| Value::from_json(&json)).map_err(|error| explained(&error))
}

fn explained(error: &YamlError) -> String {
    match &error.hint {
        Some(hint) => format!("{error}; {hint}"),
        None => error.to_string(),
    }
}

windlass_step::export!(YamlParse);
