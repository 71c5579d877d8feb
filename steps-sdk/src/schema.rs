//! The JSON Schema of a configuration, made from its struct.

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema};
use serde_json::{Value, json};

/// What schemars calls the numbers of Rust; no other reader knows these formats.
const RUST_NUMBERS: [&str; 12] = [
    "int8", "int16", "int32", "int64", "int", "uint8", "uint16", "uint32", "uint64", "uint", "float",
    "double",
];

/// The schema of `T`, complete in itself: without references, titles or a dialect.
#[must_use]
pub fn inline_schema<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft07()
        .with(|settings| {
            settings.inline_subschemas = true;
            settings.meta_schema = None;
        })
        .with_transform(RecursiveTransform(forget_rust));
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    schema.remove("title");
    schema.to_value()
}

/// A rule for `allOf`: at most one of the properties is given. What is empty or false counts as not given.
#[must_use]
pub fn at_most_one(names: &[&str]) -> Value {
    let mut cases: Vec<Value> = names.iter().map(|name| given(name)).collect();
    cases.push(json!({ "not": { "anyOf": cases } }));
    json!({ "description": format!("at most one of {} may be given", list(names)), "oneOf": cases })
}

/// A rule for `allOf`: exactly one of the properties is given. What is empty or false counts as not given.
#[must_use]
pub fn exactly_one(names: &[&str]) -> Value {
    let cases: Vec<Value> = names.iter().map(|name| given(name)).collect();
    json!({ "description": format!("exactly one of {} must be given", list(names)), "oneOf": cases })
}

/// `a, b and c`.
fn list(names: &[&str]) -> String {
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => names.concat(),
    }
}

fn given(name: &str) -> Value {
    json!({ "required": [name], "properties": { name: { "not": { "enum": ["", false] } } } })
}

/// Takes out what only says how Rust holds a value.
fn forget_rust(schema: &mut Schema) {
    if schema.get("format").and_then(Value::as_str).is_some_and(|format| RUST_NUMBERS.contains(&format)) {
        schema.remove("format");
    }
    // An `Option` that is absent is no null that could be written.
    if schema.get("default").is_some_and(Value::is_null) {
        schema.remove("default");
    }
}
