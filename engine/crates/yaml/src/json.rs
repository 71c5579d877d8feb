//! The tree as JSON, as `sigs.k8s.io/yaml` turns YAML into JSON.

use serde_json::{Map, Number, Value};

use crate::error::{ErrorKind, YamlError};
use crate::go_number;
use crate::node::{Kind, Mapping, Node};
use crate::resolve::{self, Scalar};

impl Node {
    /// The value as JSON: aliases expanded, merge keys applied, the last of equal keys kept, keys that are numbers or
    /// bools made text. Keys keep the order they are written in. A float without a fraction below 10^21 becomes a
    /// whole number, as Go's JSON encoder prints it; timestamps are text.
    ///
    /// # Errors
    /// JSON cannot hold it: an infinity, NaN, a key that is null or a collection. Or a scalar does not fit its tag, or
    /// `<<` is given no mapping.
    pub fn to_json(&self) -> Result<Value, YamlError> {
        match self.kind() {
            Kind::Scalar(scalar) => from_scalar(scalar.value()?).ok_or_else(|| {
                YamlError::new(ErrorKind::NotJson, scalar.span, "JSON has no infinity and no NaN")
                    .with_hint("quote it if it is text")
            }),
            Kind::Sequence(items) => items.iter().map(Self::to_json).collect(),
            Kind::Mapping(mapping) => {
                let mut object = Map::new();
                add_mapping(mapping, &mut object)?;
                Ok(Value::Object(object))
            }
        }
    }
}

fn add_mapping(mapping: &Mapping, object: &mut Map<String, Value>) -> Result<(), YamlError> {
    for entry in mapping.entries() {
        if entry.is_merge() {
            add_merged(&entry.value, object)?;
            continue;
        }
        let Kind::Scalar(key) = entry.key.kind() else {
            return Err(YamlError::new(
                ErrorKind::NotJson,
                entry.key.span(),
                "a key cannot be a list or a mapping",
            )
            .with_hint("quote text that starts with `[` or `{`, as a template in `{{ }}` does"));
        };
        let name = resolve::key_name(&key)?.into_owned();
        object.insert(name, entry.value.to_json()?);
    }
    Ok(())
}

/// Adds what a merge key brings in. Like every later key it overrides what was there before.
fn add_merged(value: &Node, object: &mut Map<String, Value>) -> Result<(), YamlError> {
    let items = match value.kind() {
        Kind::Mapping(mapping) => return add_mapping(mapping, object),
        Kind::Sequence(items) if value.alias().is_none() => items,
        _ => return Err(bad_merge(value)),
    };
    // The first one wins, so it comes last.
    for item in items.iter().rev() {
        let Kind::Mapping(mapping) = item.kind() else { return Err(bad_merge(item)) };
        add_mapping(mapping, object)?;
    }
    Ok(())
}

fn bad_merge(value: &Node) -> YamlError {
    YamlError::new(ErrorKind::Merge, value.span(), "`<<` needs a mapping or a list of mappings")
        .with_hint("quote the key if `<<` is meant as text")
}

fn from_scalar(scalar: Scalar) -> Option<Value> {
    Some(match scalar {
        Scalar::Null => Value::Null,
        Scalar::Bool(bool) => Value::Bool(bool),
        Scalar::Int(int) => Value::Number(int.into()),
        Scalar::Uint(int) => Value::Number(int.into()),
        Scalar::Float(float) => Value::Number(from_float(float)?),
        Scalar::String(text) => Value::String(text),
    })
}

/// A float as it comes back from the text Go's JSON encoder writes for it.
fn from_float(float: f64) -> Option<Number> {
    let negative_zero = float == 0.0 && float.is_sign_negative();
    let digits = go_number::json_integer(float).filter(|_| !negative_zero);
    let whole = digits.and_then(|digits| {
        digits.parse::<i64>().map(Number::from).or_else(|_| digits.parse::<u64>().map(Number::from)).ok()
    });
    whole.or_else(|| Number::from_f64(float))
}

/// Whether two scalars are the same in JSON, where `5` and `5.0` are.
pub(crate) fn same_in_json(one: &Scalar, other: &Scalar) -> bool {
    match (from_scalar(one.clone()), from_scalar(other.clone())) {
        (Some(one), Some(other)) => one == other,
        (None, None) => match (one, other) {
            (Scalar::Float(one), Scalar::Float(other)) => one == other || (one.is_nan() && other.is_nan()),
            _ => false,
        },
        _ => false,
    }
}
