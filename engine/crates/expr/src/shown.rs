//! Results as they may be shown: JSON data in which a mark stands in the place of what is secret.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::evaluated::{Evaluated, pointer_step};
use crate::rendered::Segment;
use crate::value::{JsonForm, NotJson, Value, shown_fields};

impl Value {
    /// The value as JSON data, with `hidden` in the place of every value that secrets had a part in.
    ///
    /// # Errors
    /// When the value, or one inside it, has no JSON form.
    pub fn shown(&self, hidden: &str) -> Result<Json, NotJson> {
        Shower { hidden, pieces: BTreeMap::new() }.value(self, &mut Vec::new())
    }
}

impl Evaluated {
    /// The value as JSON data, with `hidden` in the place of what is secret. Of text, only the secret pieces are
    /// hidden.
    ///
    /// # Errors
    /// When it is NaN or an infinity.
    pub fn shown(&self, hidden: &str) -> Result<Json, NotJson> {
        let pieces = self.tainted.iter().map(|scalar| (scalar.pointer.as_str(), scalar.segments.as_slice()));
        Shower { hidden, pieces: pieces.collect() }.value(&self.value, &mut Vec::new())
    }
}

struct Shower<'a> {
    hidden: &'a str,
    /// What scalars were made of, by their pointers.
    pieces: BTreeMap<&'a str, &'a [Segment]>,
}

impl Shower<'_> {
    /// Nesting is bounded by the depth of values.
    fn value(&self, value: &Value, path: &mut Vec<String>) -> Result<Json, NotJson> {
        if !value.taint.is_empty() {
            return Ok(Json::from(self.text(value, &path.concat())));
        }
        let mut within = |step: String, inner: &Value| {
            path.push(step);
            let shown = self.value(inner, path);
            path.pop();
            shown
        };
        Ok(match value.json_form()? {
            JsonForm::List(items) => {
                let item = |(index, item)| within(format!("/{index}"), item);
                Json::Array(items.iter().enumerate().map(item).collect::<Result<_, _>>()?)
            }
            JsonForm::Map(map) => {
                let entry = |(key, inner): (&std::sync::Arc<str>, &Value)| {
                    Ok((key.to_string(), within(pointer_step(key), inner)?))
                };
                Json::Object(map.iter().map(entry).collect::<Result<_, _>>()?)
            }
            JsonForm::Object(object) => {
                let entry = |(name, field): (&str, &crate::value::Field)| {
                    Ok((name.to_owned(), within(pointer_step(name), &field.value)?))
                };
                Json::Object(shown_fields(object).map(entry).collect::<Result<_, _>>()?)
            }
            // A text may stand for a list of bytes, of which some are secret.
            _ if !value.taint().is_empty() => Json::from(self.hidden),
            _ => value.to_json()?,
        })
    }

    /// What stands in the place of a secret value: its text with the secret pieces hidden, if it is text.
    fn text(&self, value: &Value, pointer: &str) -> String {
        let pieces = self.pieces.get(pointer).filter(|_| value.as_str().is_some());
        let Some(pieces) = pieces else { return self.hidden.to_owned() };
        let piece = |piece: &Segment| {
            if piece.taint.is_empty() { piece.text.clone() } else { self.hidden.to_owned() }
        };
        pieces.iter().map(piece).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::{Expression, Map, NoFunctions, Scope, Taint, Template, Value};

    const HIDDEN: &str = "***";

    fn scope() -> Scope<'static> {
        let secret = |value: Value| value.with_taint(&Taint::of("s"));
        let mut variables = Map::new();
        variables.insert("key", secret("hunter2".into()));
        variables.insert("number", secret(Value::from(42)));
        variables.insert("plain", "open");
        Scope::new(variables, &NoFunctions, jiff::Timestamp::UNIX_EPOCH)
    }

    fn template(text: &str) -> serde_json::Value {
        Template::parse(text).unwrap().evaluate(&scope()).unwrap().shown(HIDDEN).unwrap()
    }

    fn expression(text: &str) -> serde_json::Value {
        Expression::parse(text).unwrap().evaluate(&scope()).unwrap().shown(HIDDEN).unwrap()
    }

    #[test]
    fn of_text_only_the_secret_pieces_are_hidden() {
        assert_eq!(template("${{ plain }}:${{ key }}@host"), "open:***@host");
        assert_eq!(template("${{ number }}"), "***");
        assert_eq!(template("${{ number + 1 }}0"), "***");
        assert_eq!(template("${{ plain }}"), "open");
    }

    #[test]
    fn what_is_not_secret_stays_beside_what_is() {
        assert_eq!(
            template(r#"{"a": ["x-${{ key }}", ${{ number }}, 3], "~/": "${{ key }}"}"#),
            json!({ "a": ["x-***", "***", 3], "~/": "***" })
        );
        assert_eq!(expression("{a: key, b: [number, plain]}"), json!({ "a": "***", "b": ["***", "open"] }));
    }

    #[test]
    fn a_list_or_map_that_is_secret_as_such_is_hidden_whole() {
        assert_eq!(expression("split(key, \"\")"), "***");
        assert_eq!(expression("{(key): 1}"), "***");
        assert_eq!(template("${{ {(key): 1} }}"), "***");
        assert_eq!(template(r#"{"${{ key }}": 1, "a": 2}"#), "***");
    }
}
