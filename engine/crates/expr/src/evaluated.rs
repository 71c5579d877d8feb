//! What a template or config comes to: the value, and where in it the secrets are.

use crate::rendered::Segment;
use crate::value::{NotJson, Value};

/// The result of a template or a config.
#[derive(Debug, Clone, Default)]
pub struct Evaluated {
    /// The value after coercion, with the real secrets in it and their taints on it.
    pub value: Value,
    /// The scalars in `value` that secrets had a part in, in no particular order.
    pub tainted: Vec<TaintedScalar>,
    /// The keys of maps in `value` that secrets had a part in: each pointer leads to the value of the key.
    pub tainted_keys: Vec<TaintedScalar>,
}

/// A scalar that secrets had a part in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaintedScalar {
    /// Where it is, as an RFC 6901 JSON pointer into the result; empty when it is the whole result.
    pub pointer: String,
    /// What it was made of, in order. Joined, the texts are the string; or, for a number, boolean or null,
    /// its JSON text. Literal text and results that are not secret have an empty taint.
    pub segments: Vec<Segment>,
}

impl Evaluated {
    /// A value without secrets in it.
    pub(crate) fn open(value: Value) -> Self {
        Self { value, tainted: Vec::new(), tainted_keys: Vec::new() }
    }

    /// A scalar that is the whole result.
    pub(crate) fn scalar(value: Value, segments: Vec<Segment>) -> Self {
        let tainted = vec![TaintedScalar { pointer: String::new(), segments }];
        Self { value, tainted, tainted_keys: Vec::new() }
    }

    /// The value, for use as a variable in later scopes.
    #[must_use]
    pub fn to_value(&self) -> Value {
        self.value.clone()
    }

    /// The value as JSON data.
    ///
    /// # Errors
    /// When it is NaN or an infinity, which text such as `NaN` is coerced to. The result of a config never
    /// is.
    pub fn to_json(&self) -> Result<serde_json::Value, NotJson> {
        self.value.to_json()
    }
}

/// One step of a JSON pointer: a slash, and the key with `~` and `/` escaped.
pub(crate) fn pointer_step(key: &str) -> String {
    format!("/{}", key.replace('~', "~0").replace('/', "~1"))
}
