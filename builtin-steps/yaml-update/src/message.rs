//! What a commit of the changes says, in the words of Kargo.

use serde_json::Value;

use crate::config::Config;

/// The message: the file, and each key with its value. Tokens of secrets stay tokens.
pub(crate) fn commit_message(config: &Config) -> String {
    let mut message = format!("Updated {}\n", config.path);
    for update in &config.updates {
        message.push_str(&format!("\n- {}: {}", update.key, told(&update.value)));
    }
    message
}

fn told(value: &Value) -> String {
    match value {
        Value::String(text) if looks_like_another_type(text) => windlass_expr::go_quote(text),
        Value::String(text) => text.clone(),
        other => windlass_expr::Value::from_json(other).print(),
    }
}

/// Whether a text would be a number, a bool or something else in JSON. Such a text gets double quotes.
pub(crate) fn looks_like_another_type(text: &str) -> bool {
    windlass_expr::parse_float(text).is_some()
        || windlass_expr::parse_bool(text).is_some()
        || serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}
