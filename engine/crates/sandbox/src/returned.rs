//! JSON that a step hands back: no longer and no deeper than what can be kept.

use serde_json::Value;

use crate::output::MAX_RESULT_BYTES;

/// How many lists and objects may be inside each other. Whatever keeps a value puts it into some more, and no reader of
/// JSON goes deeper than 127.
const MAX_DEPTH: usize = 110;

/// Reads a member of an outcome, which `what` names.
pub(crate) fn read(what: &str, text: &str) -> Result<Value, String> {
    if text.len() > MAX_RESULT_BYTES {
        return Err(format!(
            "the step's {what} has {} bytes, and at most {MAX_RESULT_BYTES} are kept",
            text.len()
        ));
    }
    let value =
        serde_json::from_str(text).map_err(|error| format!("the step's {what} is not JSON: {error}"))?;
    check_depth(what, &value)?;
    Ok(value)
}

/// Refuses a value that is too deep.
pub(crate) fn check_depth(what: &str, value: &Value) -> Result<(), String> {
    if is_deeper(value, MAX_DEPTH) {
        return Err(format!("the step's {what} nests deeper than {MAX_DEPTH} levels, and is not kept"));
    }
    Ok(())
}

/// Whether more than `levels` lists and objects are inside each other. What was parsed is at most 127 deep, and so is the
/// recursion.
fn is_deeper(value: &Value, levels: usize) -> bool {
    let is_too_deep = |inner: &Value| levels.checked_sub(1).is_some_and(|left| is_deeper(inner, left));
    match value {
        Value::Array(items) => levels == 0 || items.iter().any(is_too_deep),
        Value::Object(members) => levels == 0 || members.values().any(is_too_deep),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lists(depth: usize) -> String {
        format!("{}1{}", "[".repeat(depth), "]".repeat(depth))
    }

    #[test]
    fn what_is_too_deep_is_refused() {
        assert!(read("output", &lists(110)).is_ok());
        let error = read("output", &lists(111)).unwrap_err();
        assert_eq!(error, "the step's output nests deeper than 110 levels, and is not kept");
        let error = read("state", &lists(200)).unwrap_err();
        assert!(error.starts_with("the step's state is not JSON: recursion limit exceeded"), "{error}");
    }

    #[test]
    fn what_is_too_long_is_refused() {
        let text = |bytes: usize| format!("\"{}\"", "x".repeat(bytes - 2));
        assert!(read("output", &text(1 << 20)).is_ok());
        let error = read("output", &text((1 << 20) + 1)).unwrap_err();
        assert_eq!(error, "the step's output has 1048577 bytes, and at most 1048576 are kept");
    }
}
