//! Label selectors as queries carry them.

use windlass_model::call::CallError;
use windlass_model::call::objects::{LabelOperator, LabelSelector};

/// The text of a selector; empty if it picks everything.
pub(crate) fn to_query(selector: &LabelSelector) -> Result<String, CallError> {
    let mut pieces = Vec::new();
    for (key, value) in &selector.match_labels {
        pieces.push(format!("{}={}", checked_key(key)?, checked_value(value)?));
    }
    for requirement in &selector.match_expressions {
        let key = checked_key(&requirement.key)?;
        let values = || -> Result<String, CallError> {
            if requirement.values.is_empty() {
                return Err(invalid(format!("the requirement of the label {key:?} needs values")));
            }
            let values: Result<Vec<&str>, CallError> =
                requirement.values.iter().map(|value| checked_value(value)).collect();
            Ok(values?.join(","))
        };
        pieces.push(match requirement.operator {
            LabelOperator::In => format!("{key} in ({})", values()?),
            LabelOperator::NotIn => format!("{key} notin ({})", values()?),
            LabelOperator::Exists => key.to_owned(),
            LabelOperator::DoesNotExist => format!("!{key}"),
        });
    }
    Ok(pieces.join(","))
}

/// Nothing of a key or a value may be read as another requirement.
fn checked_key(key: &str) -> Result<&str, CallError> {
    let fits = !key.is_empty() && key.bytes().all(|c| c.is_ascii_alphanumeric() || b"-_./".contains(&c));
    if fits { Ok(key) } else { Err(invalid(format!("{key:?} is not the name of a label"))) }
}

fn checked_value(value: &str) -> Result<&str, CallError> {
    let fits = value.bytes().all(|c| c.is_ascii_alphanumeric() || b"-_.".contains(&c));
    if fits { Ok(value) } else { Err(invalid(format!("{value:?} is not the value of a label"))) }
}

fn invalid(message: String) -> CallError {
    CallError::invalid("label-selector-invalid", message)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn text(selector: serde_json::Value) -> Result<String, String> {
        to_query(&serde_json::from_value(selector).unwrap()).map_err(|error| error.message)
    }

    #[test]
    fn all_requirements_are_written() {
        let selector = json!({
            "matchLabels": {"app": "shop", "example.com/x": ""},
            "matchExpressions": [
                {"key": "a", "operator": "In", "values": ["1", "2"]},
                {"key": "b", "operator": "NotIn", "values": ["3"]},
                {"key": "c", "operator": "Exists"},
                {"key": "d", "operator": "DoesNotExist"},
            ],
        });
        let expected = "app=shop,example.com/x=,a in (1,2),b notin (3),c,!d";
        assert_eq!(text(selector), Ok(expected.to_owned()));
        assert_eq!(text(json!({})), Ok(String::new()));
    }

    #[test]
    fn nothing_can_be_smuggled_in() {
        for (selector, message) in [
            (json!({"matchLabels": {"a,b": "c"}}), "\"a,b\" is not the name of a label"),
            (json!({"matchLabels": {"": "c"}}), "\"\" is not the name of a label"),
            (json!({"matchLabels": {"a": "b,c=d"}}), "\"b,c=d\" is not the value of a label"),
            (
                json!({"matchExpressions": [{"key": "a", "operator": "In", "values": ["x)"]}]}),
                "\"x)\" is not the value of a label",
            ),
            (
                json!({"matchExpressions": [{"key": "a", "operator": "NotIn"}]}),
                "the requirement of the label \"a\" needs values",
            ),
        ] {
            assert_eq!(text(selector), Err(message.to_owned()));
        }
    }
}
