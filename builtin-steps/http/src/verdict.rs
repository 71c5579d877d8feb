//! What becomes of an attempt by its answer.

use jiff::Timestamp;
use serde_json::Map;
use windlass_expr::{ErrorClass, ExprError, Expression, NoFunctions, Scope, Value, go_quote};
use windlass_step::{Fault, Outcome, Status};

use crate::config::{Config, Output};

/// How long all outputs together may be as JSON, in bytes: as much as any JSON of the contract.
const MAX_OUTPUT_BYTES: usize = 1 << 20;

/// How an attempt ends that does not succeed, fail or wait as the expressions say.
type Ended<T> = Result<T, Outcome>;

/// Judges an answer. `environment` is what expressions see of it.
pub(crate) fn judge(config: &Config, status: u16, environment: Value) -> Outcome {
    let scope = Scope::over(environment, &NoFunctions, Timestamp::now());
    judged(config, status, &scope).unwrap_or_else(|ended| ended)
}

fn judged(config: &Config, status: u16, scope: &Scope<'_>) -> Ended<Outcome> {
    let success = condition("success", &config.success_expression, scope)?;
    let failure = condition("failure", &config.failure_expression, scope)?;
    let is_good = (200..300).contains(&status);
    match (success, failure) {
        (_, Some(true)) => failed(config, status, scope),
        (Some(true), _) => succeeded(&config.outputs, scope),
        (None, None) if is_good => succeeded(&config.outputs, scope),
        // No error: it is asked again, as often as it takes.
        (None, None) => Ok(Outcome {
            status: Status::Failed,
            fault: None,
            ..Outcome::running(format!("HTTP ({status}) response is no success"))
        }),
        _ => Ok(Outcome::running(format!("HTTP ({status}) response met no criteria yet"))),
    }
}

/// The value of one of the two conditions; none if it is not given.
fn condition(which: &str, text: &str, scope: &Scope<'_>) -> Ended<Option<bool>> {
    if text.is_empty() {
        return Ok(None);
    }
    let doing = format!("error evaluating {which} criteria");
    let value = Expression::parse(text)
        .map_err(|error| {
            uncompiled(&format!("{doing}: error compiling {which} expression {text:?}"), &error)
        })?
        .evaluate(scope)
        .map_err(|error| {
            unevaluated(&format!("{doing}: error evaluating {which} expression {text:?}"), &error)
        })?;
    value.as_bool().map(Some).ok_or_else(|| {
        let found = value.type_name();
        let message =
            format!("{doing}: {which} expression {text:?} did not evaluate to a boolean (got {found})");
        Outcome::errored(message)
    })
}

fn failed(config: &Config, status: u16, scope: &Scope<'_>) -> Ended<Outcome> {
    let message = format!("HTTP ({status}) response met failure criteria");
    let text = &config.error_expression;
    if text.is_empty() {
        return Ok(Outcome::failed(message));
    }
    let expression = Expression::parse(text)
        .map_err(|error| uncompiled(&format!("error compiling error expression {text:?}"), &error))?;
    // An answer of another shape has no better message.
    let said = expression.evaluate(scope).ok();
    let said = said.as_ref().and_then(Value::as_str).filter(|said| !said.is_empty());
    Ok(Outcome::failed(match said {
        Some(said) => format!("{message}: {}", go_quote(said)),
        None => message,
    }))
}

fn succeeded(outputs: &[Output], scope: &Scope<'_>) -> Ended<Outcome> {
    let mut values = Map::new();
    for output in outputs {
        let value = value(output, scope)
            .map_err(|ended| ended.in_context("error extracting outputs from HTTP response"))?;
        values.insert(output.name.clone(), value);
    }
    let values = serde_json::Value::Object(values);
    let bytes = values.to_string().len();
    if bytes > MAX_OUTPUT_BYTES {
        return Err(Outcome::errored_terminal(format!(
            "the outputs take {bytes} bytes as JSON, and {MAX_OUTPUT_BYTES} are allowed; extract less of the response"
        )));
    }
    Ok(Outcome::succeeded().with_output(values))
}

fn value(Output { name, from_expression }: &Output, scope: &Scope<'_>) -> Ended<serde_json::Value> {
    let value = Expression::parse(from_expression)
        .map_err(|error| uncompiled(&format!("error compiling output expression {name:?}"), &error))?
        .evaluate(scope)
        .map_err(|error| unevaluated(&format!("error evaluating output expression {name:?}"), &error))?;
    value.to_json().map_err(|error| {
        Outcome::errored(format!("output {name:?} cannot be kept: {error}; convert it, as with string()"))
    })
}

/// No other attempt has another expression.
fn uncompiled(doing: &str, error: &ExprError) -> Outcome {
    Outcome::errored_terminal(format!("{doing}: {error}"))
}

/// Another answer may have what this one has not; what a limit refuses is refused again.
fn unevaluated(doing: &str, error: &ExprError) -> Outcome {
    let fault = if error.class() == ErrorClass::Budget { Fault::Terminal } else { Fault::Retryable };
    Outcome { fault: Some(fault), ..Outcome::errored(format!("{doing}: {error}")) }
}
