//! Expressions in manifests are parsed when they are read: a mistake in the last step shows before the first one runs.

use serde_json::Value;
use windlass_expr::{ExprError, Expression, Template};

use super::decode::Decoder;

/// Complains about templates in a value and everything below it.
pub(super) fn check_templates(decoder: &mut Decoder<'_>, path: &[String], value: &Value) {
    let below = |segment: String| [path, &[segment]].concat();
    match value {
        Value::String(text) => {
            if let Err(error) = Template::parse(text) {
                complain(decoder, path, text, &error);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                check_templates(decoder, &below(index.to_string()), item);
            }
        }
        Value::Object(members) => {
            for (key, member) in members {
                check_templates(decoder, &below(key.clone()), member);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Complains about an `if`.
pub(super) fn check_condition(decoder: &mut Decoder<'_>, path: &[String], condition: &str) {
    match Template::parse(condition) {
        Err(error) => complain(decoder, path, condition, &error),
        Ok(template) if !condition.is_empty() && !template.has_expressions() => {
            let hint = format!("write ${{{{ {condition} }}}}");
            decoder.error_at(
                path,
                "an if without an expression is only text, which is neither true nor false",
                &hint,
            );
        }
        Ok(_) => {}
    }
}

/// Complains about an expression without delimiters.
pub(super) fn check_expression(decoder: &mut Decoder<'_>, path: &[String], text: &str) {
    if let Err(error) = Expression::parse(text) {
        complain(decoder, path, text, &error);
    }
}

fn complain(decoder: &mut Decoder<'_>, path: &[String], text: &str, error: &ExprError) {
    let span = error.span();
    let range = span.start..span.end;
    let hint = error.hint().map(ToOwned::to_owned);
    decoder.error_within(path, range, text, format!("the expression: {}", error.message()), hint);
}
