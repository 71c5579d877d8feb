//! A manifest with something that fits in the place of what does not, so that the rest of it can be looked at as well.

use serde_json::{Map, Value};

use super::Shape;

/// The manifest mended; `None` if nothing can stand for something without which the rest means something else.
pub(crate) fn mended(shape: &Shape, json: &Value) -> Option<Value> {
    mend(shape, json).ok()
}

/// Why nothing stands for a value.
enum Gap {
    /// It may be left out.
    Leave,
    /// What is around it means nothing without it.
    GiveUp,
}

fn mend(shape: &Shape, json: &Value) -> Result<Value, Gap> {
    match (shape, json) {
        (Shape::Bool, Value::Bool(_)) | (Shape::Any, _) | (Shape::Config, Value::Object(_)) => {
            Ok(json.clone())
        }
        (Shape::Bool, _) => Ok(Value::Bool(json != "false")),
        (Shape::Whole { least, most }, _) => {
            let meant = json.as_i64().or_else(|| json.as_str()?.parse().ok());
            Ok(meant.filter(|number| (*least..=*most).contains(number)).unwrap_or(*least).into())
        }
        (
            Shape::Text(_) | Shape::Word(_) | Shape::Template | Shape::Condition | Shape::Expression,
            Value::String(_),
        ) => Ok(json.clone()),
        // YAML makes numbers of versions and truths of words: what was meant is the text.
        (
            Shape::Text(_) | Shape::Template | Shape::Condition | Shape::Expression,
            Value::Number(_) | Value::Bool(_),
        ) => Ok(json.to_string().into()),
        (Shape::List { of, .. }, Value::Array(items)) => {
            // Entries are known by their place, so that none may go alone.
            items.iter().map(|item| mend(of, item).map_err(|_| Gap::GiveUp)).collect()
        }
        (Shape::Map(of), Value::Object(members)) => {
            collect(members.iter().map(|(name, member)| (name, mend(of, member))))
        }
        (Shape::Object(fields) | Shape::Choice { fields, .. }, Value::Object(members)) => {
            collect(members.iter().map(|(name, member)| {
                let field = fields.iter().find(|field| field.name == name);
                (name, field.map_or_else(|| Ok(member.clone()), |field| mend(field.shape, member)))
            }))
        }
        (Shape::Config, _) => Err(Gap::GiveUp),
        _ => Err(Gap::Leave),
    }
}

fn collect<'m>(members: impl Iterator<Item = (&'m String, Result<Value, Gap>)>) -> Result<Value, Gap> {
    let mut kept = Map::new();
    for (name, member) in members {
        match member {
            Ok(member) => drop(kept.insert(name.clone(), member)),
            Err(Gap::Leave) => {}
            Err(Gap::GiveUp) => return Err(Gap::GiveUp),
        }
    }
    Ok(Value::Object(kept))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::manifests::shape::{Field, TEXT, optional};

    static STEP: Shape = Shape::Object(&[
        optional("as", &TEXT),
        optional("often", &Shape::Whole { least: 1, most: 9 }),
        optional("on", &Shape::Bool),
    ] as &[Field]);
    static STEPS: Shape = Shape::List { of: &STEP, least: 0 };

    #[test]
    fn what_does_not_fit_is_replaced() {
        for (given, stays) in [
            (
                json!([{ "as": "a", "often": 3, "on": true, "new": 1 }]),
                json!([{ "as": "a", "often": 3, "on": true, "new": 1 }]),
            ),
            (
                json!([{ "as": 1.5 }, { "often": "3" }, { "on": "false", "often": 10 }]),
                json!([{ "as": "1.5" }, { "often": 3 }, { "on": false, "often": 1 }]),
            ),
            (json!([{ "as": ["a"], "often": 2 }]), json!([{ "often": 2 }])),
        ] {
            assert_eq!(mended(&STEPS, &given), Some(stays), "{given}");
        }
        assert_eq!(mended(&STEPS, &json!([{}, "copy"])), None);
        assert_eq!(mended(&STEPS, &json!("copy")), None);
    }
}
