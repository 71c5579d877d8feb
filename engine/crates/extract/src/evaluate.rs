//! Expressions over a document.

use jiff::Timestamp;
use serde_json::Map;
use windlass_expr::{ErrorClass, ExprError, Expression, NoFunctions, Scope, Value};

use crate::{Failure, Output};

/// How long all outputs together may be as JSON, in bytes: as much as any JSON of the contract.
const MAX_BYTES: usize = 1 << 20;

/// How many lists and maps may be inside each other in the value of an output. What keeps outputs puts them into more of
/// them, and no reader of JSON goes deeper than 127.
const MAX_DEPTH: usize = 100;

/// The outputs, in order, each evaluated over `environment`: the keys of a map are variables, and `$env` is all of it.
///
/// # Errors
/// The first expression that is none, that cannot be evaluated, or whose value JSON cannot hold; or the outputs are too
/// much.
pub fn evaluate(outputs: &[Output], environment: &Value) -> Result<Map<String, serde_json::Value>, Failure> {
    let scope = Scope::over(environment.clone(), &NoFunctions, Timestamp::now());
    let mut values = Map::new();
    for output in outputs {
        let value = value(output, &scope)?;
        values.insert(output.name.clone(), value);
    }
    check_size(&values)?;
    Ok(values)
}

fn value(output: &Output, scope: &Scope<'_>) -> Result<serde_json::Value, Failure> {
    let Output { name, from_expression } = output;
    let expression = Expression::parse(from_expression)
        .map_err(|error| failed(&format!("error compiling expression of output {name:?}"), &error))?;
    let value = expression
        .evaluate(scope)
        .map_err(|error| failed(&format!("error evaluating expression of output {name:?}"), &error))?;
    let json = value.to_json().map_err(|error| {
        Failure::retryable(format!("output {name:?} cannot be kept: {error}; convert it, as with string()"))
    })?;
    if is_deeper(&json, MAX_DEPTH) {
        return Err(Failure::terminal(format!(
            "output {name:?} cannot be kept: lists and maps nest deeper than {MAX_DEPTH} levels in it; extract less of it"
        )));
    }
    Ok(json)
}

/// What a limit refuses is refused again with every attempt.
fn failed(doing: &str, error: &ExprError) -> Failure {
    let message = format!("{doing}: {error}");
    match error.class() {
        ErrorClass::Budget => Failure::terminal(message),
        _ => Failure::retryable(message),
    }
}

fn check_size(values: &Map<String, serde_json::Value>) -> Result<(), Failure> {
    let bytes = serde_json::to_vec(values).map_or(usize::MAX, |text| text.len());
    if bytes <= MAX_BYTES {
        return Ok(());
    }
    Err(Failure::terminal(format!(
        "the outputs take {bytes} bytes as JSON, and {MAX_BYTES} are allowed; extract less of the document"
    )))
}

/// Whether more than `levels` lists and maps are inside each other.
fn is_deeper(value: &serde_json::Value, levels: usize) -> bool {
    let is_too_deep = |inner: &serde_json::Value| match levels.checked_sub(1) {
        Some(left) => is_deeper(inner, left),
        None => false,
    };
    match value {
        serde_json::Value::Array(items) => levels == 0 || items.iter().any(is_too_deep),
        serde_json::Value::Object(members) => levels == 0 || members.values().any(is_too_deep),
        _ => false,
    }
}
