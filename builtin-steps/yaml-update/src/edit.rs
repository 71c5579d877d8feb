//! Changing values in the text of a document. Nothing else of it changes.

use serde_json::Value;
use windlass_yaml::{Limits, Patcher, Quotes, ReadOptions, Scalar, WhichDuplicate, decode_utf8};

use crate::message::looks_like_another_type;
use crate::target;

/// So many values a file may have: its tree is held twice while one of them changes, and must fit into the memory of a guest.
const MOST_NODES: usize = 500_000;

/// Why nothing is changed, for people.
#[derive(Debug)]
pub(crate) struct Wrong {
    pub(crate) message: String,
    /// Whether another attempt is of no use.
    pub(crate) is_terminal: bool,
}

impl Wrong {
    pub(crate) fn retryable(message: impl Into<String>) -> Self {
        Self { message: message.into(), is_terminal: false }
    }

    pub(crate) fn terminal(message: impl Into<String>) -> Self {
        Self { message: message.into(), is_terminal: true }
    }

    fn at(self, key: &str) -> Self {
        Self { message: format!("error finding key {key}: {}", self.message), ..self }
    }
}

/// The text of a file.
pub(crate) fn decode(bytes: Vec<u8>) -> Result<String, String> {
    String::from_utf8(bytes).map_err(|error| match decode_utf8(error.as_bytes()) {
        Err(error) => format!("error unmarshaling input: {error}"),
        Ok(_) => "error unmarshaling input".to_owned(),
    })
}

/// Makes all changes to the first document of a text, or none.
pub(crate) fn apply(text: String, updates: &[(String, Value)]) -> Result<String, Wrong> {
    let limits = Limits { nodes: MOST_NODES, ..Limits::default() };
    let options = ReadOptions { limits, ..ReadOptions::default() };
    let mut patcher = Patcher::with_options(text, options)
        .map_err(|error| Wrong::retryable(format!("error unmarshaling input: {error}")))?;
    // As in Kargo.
    patcher.select_duplicate(WhichDuplicate::First);
    for (key, value) in updates {
        let path = target::find(patcher.root(), key).map_err(|wrong| wrong.at(key))?;
        let replaced = match value {
            Value::Array(_) | Value::Object(_) => patcher.replace_scalar_by_collection(&path, value),
            Value::String(text) => {
                let quotes = if looks_like_another_type(text) { Quotes::Double } else { Quotes::IfNeeded };
                patcher.replace_scalar_quoted(&path, &Scalar::from(text.as_str()), quotes)
            }
            Value::Null => patcher.replace_scalar(&path, &Scalar::Null),
            Value::Bool(bool) => patcher.replace_scalar(&path, &Scalar::Bool(*bool)),
            Value::Number(_) => match Scalar::try_from(value) {
                Ok(scalar) => patcher.replace_scalar(&path, &scalar),
                Err(error) => return Err(Wrong::retryable(format!("{key}: {error}"))),
            },
        };
        replaced.map_err(|error| Wrong::retryable(format!("error changing key {key}: {error}")))?;
    }
    Ok(patcher.into_text())
}
