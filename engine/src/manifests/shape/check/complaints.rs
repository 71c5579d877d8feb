//! What is said of a field that is not known, and of a value that does not fit.

use serde_json::{Map, Value};
use windlass_catalog::nearest;

use super::Walk;
use crate::manifests::rule::Rule;
use crate::manifests::shape::text::Complaint;
use crate::manifests::shape::{Field, Presence, Shape};
use crate::manifests::source::Mark;

impl Walk<'_> {
    /// Complains about a field that is not known; the one that was probably meant.
    pub(super) fn unknown(
        &mut self,
        name: &str,
        fields: &[Field],
        members: &Map<String, Value>,
    ) -> Option<&'static str> {
        let current = || fields.iter().filter(|field| !matches!(field.presence, Presence::Removed(_)));
        let others = || current().map(|field| field.name);
        let free = current().map(|field| field.name).filter(|other| !members.contains_key(*other));
        let near = nearest(name, free).map(|near| others().find(|other| *other == near).unwrap_or_default());
        let hint = match near {
            Some(near) => Some(format!("did you mean {near}?")),
            None if fields.is_empty() => None,
            None => Some(format!("the fields here are {}", others().collect::<Vec<_>>().join(", "))),
        };
        self.below(name.to_owned(), |walk| {
            let message = format!("the field {name:?} is not known and has no effect");
            walk.say_plain(Rule::UnknownField, Mark::Key, message, hint);
        });
        near
    }

    pub(super) fn removed(&mut self, name: &str, instead: &str) {
        let message = format!("the field {name:?} was taken out of Kargo and has no effect");
        self.say_plain(Rule::RemovedField, Mark::Key, message, Some(instead.to_owned()));
    }

    pub(super) fn word(&mut self, words: &[&str], word: &str) {
        if words.contains(&word) {
            return;
        }
        let message = format!("expected one of {}, found {word:?}", words.join(", "));
        let hint = nearest(word, words.iter().copied()).map(|near| format!("did you mean {near}?"));
        self.say(Rule::InvalidValue, Mark::Value, message, hint);
    }

    pub(super) fn complain(&mut self, text: &str, complaint: Complaint) {
        let Complaint { rule, message, hint, at } = complaint;
        let mark = match at {
            Some(at) if at < text.len() => Mark::Within(at..at),
            _ => Mark::Value,
        };
        self.say(rule, mark, message, Some(hint));
    }

    pub(super) fn wrong_type(&mut self, shape: &Shape, value: &Value) {
        let expected = match shape {
            Shape::Any => "a value",
            Shape::Bool => "a boolean",
            Shape::Whole { .. } => "a whole number",
            Shape::Text(_) | Shape::Word(_) | Shape::Template | Shape::Condition | Shape::Expression => {
                "a string"
            }
            Shape::List { .. } => "a list",
            Shape::Config | Shape::Map(_) | Shape::Object(_) | Shape::Choice { .. } => "a mapping",
        };
        let found = match value {
            Value::Null => "nothing",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "a list",
            Value::Object(_) => "a mapping",
        };
        let hint = match (shape, value) {
            (Shape::Condition, Value::Bool(value)) => Some(format!("write ${{{{ {value} }}}}")),
            (_, Value::Bool(_) | Value::Number(_)) if expected == "a string" => {
                Some(format!("put it in quotes; without them YAML reads it as {found}"))
            }
            (Shape::Bool, Value::String(text)) if matches!(text.as_str(), "true" | "false") => {
                Some("write it without quotes".to_owned())
            }
            (Shape::List { .. }, Value::String(_) | Value::Object(_)) => {
                Some("begin each entry of a list with \"- \"".to_owned())
            }
            _ => None,
        };
        self.say(Rule::WrongType, Mark::Value, format!("expected {expected}, found {found}"), hint);
    }
}
