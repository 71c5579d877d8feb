//! The promotion step `toml-parse`: outputs of what stands in a TOML file.

mod clock;
mod value;

use windlass_expr::Value;
use windlass_extract::{Config, Format, extract};
use windlass_step::{Context, Outcome, Step};

/// The step.
#[derive(Debug)]
pub struct TomlParse;

const TOML: Format = Format { name: "TOML", max_bytes: 4 << 20, parse };

impl Step for TomlParse {
    type Config = Config;

    fn run(config: Config, context: &Context) -> Outcome {
        extract(&config, context, &TOML)
    }
}

fn parse(bytes: &[u8]) -> Result<Value, String> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| format!("the text is not UTF-8 from byte {} on", error.valid_up_to() + 1))?;
    value::of_document(text)
}

windlass_step::export!(TomlParse);
