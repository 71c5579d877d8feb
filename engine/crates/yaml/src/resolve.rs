//! What a scalar stands for: a null, a bool, a number, or text.
//!
//! The rules are those of go-yaml v2, which `sigs.k8s.io/yaml` uses; they differ from the schemas of the YAML
//! specification, and an unquoted `y`, `0644` or `1_000` is no text.

mod base64;
mod number;
mod timestamp;

use std::borrow::Cow;

use crate::error::{ErrorKind, YamlError};
use crate::go_number;
use crate::node::{ScalarNode, ScalarStyle};

/// The tag that makes a key a merge key.
pub(crate) const MERGE_TAG: &str = "tag:yaml.org,2002:merge";
const TAG_PREFIX: &str = "tag:yaml.org,2002:";

/// The value of a scalar.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number that fits 64 bits with a sign.
    Int(i64),
    /// A whole number from 2^63 on.
    Uint(u64),
    /// A number with a fraction or an exponent, a larger whole number, an infinity or NaN.
    Float(f64),
    /// Text; also timestamps, base 60 numbers and values with unknown tags.
    String(String),
}

impl From<String> for Scalar {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<&str> for Scalar {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl TryFrom<&serde_json::Value> for Scalar {
    type Error = NotAScalar;

    /// A whole number becomes [`Scalar::Int`] or [`Scalar::Uint`], any other number [`Scalar::Float`].
    fn try_from(value: &serde_json::Value) -> Result<Self, NotAScalar> {
        match value {
            serde_json::Value::Null => Ok(Self::Null),
            serde_json::Value::Bool(bool) => Ok(Self::Bool(*bool)),
            serde_json::Value::Number(number) => Ok(number
                .as_i64()
                .map(Self::Int)
                .or_else(|| number.as_u64().map(Self::Uint))
                .unwrap_or_else(|| Self::Float(number.as_f64().unwrap_or(f64::NAN)))),
            serde_json::Value::String(text) => Ok(Self::String(text.clone())),
            serde_json::Value::Array(_) | serde_json::Value::Object(_) => Err(NotAScalar),
        }
    }
}

/// A JSON array or object where a scalar is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a list or an object is no scalar")]
pub struct NotAScalar;

/// What plain text stands for when no tag says otherwise.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Plain {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    /// Text that a typed reader would take for a time; kept as text, but quoted when written.
    Timestamp,
    String,
}

impl Plain {
    fn tag(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "bool",
            Self::Int(_) | Self::Uint(_) => "int",
            Self::Float(_) => "float",
            Self::Timestamp => "timestamp",
            Self::String => "str",
        }
    }

    fn scalar(self, text: &str) -> Scalar {
        match self {
            Self::Null => Scalar::Null,
            Self::Bool(bool) => Scalar::Bool(bool),
            Self::Int(int) => Scalar::Int(int),
            Self::Uint(int) => Scalar::Uint(int),
            Self::Float(float) => Scalar::Float(float),
            Self::Timestamp | Self::String => Scalar::from(text),
        }
    }
}

/// What plain text without a tag stands for.
fn plain(text: &str) -> Plain {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Plain::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Plain::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Plain::Bool(false)
        }
        ".nan" | ".NaN" | ".NAN" => Plain::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Plain::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Plain::Float(f64::NEG_INFINITY),
        _ => match text.as_bytes()[0] {
            b'.' => number::fraction(text).map_or(Plain::String, Plain::Float),
            b'0'..=b'9' | b'+' | b'-' if timestamp::is_timestamp(text) => Plain::Timestamp,
            b'0'..=b'9' | b'+' | b'-' => number::number(text),
            _ => Plain::String,
        },
    }
}

/// Whether plain text is text for every reader: neither another type, nor a number in base 60, which other readers
/// of YAML 1.1 still know.
pub(crate) fn is_text_when_plain(text: &str) -> bool {
    plain(text) == Plain::String && !number::is_base_60(text)
}

/// The value of a scalar.
pub(crate) fn resolve(scalar: &ScalarNode<'_>) -> Result<Scalar, YamlError> {
    let text = scalar.text;
    let wanted = match scalar.tag {
        None if scalar.style == ScalarStyle::Plain => return Ok(plain(text).scalar(text)),
        None => return Ok(Scalar::from(text)),
        Some(tag) => tag.strip_prefix(TAG_PREFIX).unwrap_or_default(),
    };
    match wanted {
        "binary" => binary(scalar),
        "bool" | "int" | "float" | "null" | "timestamp" => {
            let found = plain(text);
            match (wanted, found) {
                ("float", Plain::Int(int)) =>
                {
                    #[expect(clippy::cast_precision_loss, reason = "the tag asks for a float")]
                    Ok(Scalar::Float(int as f64))
                }
                _ if wanted == found.tag() => Ok(found.scalar(text)),
                _ => Err(tag_mismatch(scalar, found.tag(), wanted)),
            }
        }
        _ => Ok(Scalar::from(text)),
    }
}

/// The JSON key that a scalar key becomes.
///
/// # Errors
/// JSON has no such key: null, a whole number from 2^63 on, or a scalar that does not fit its tag.
pub(crate) fn key_name<'a>(scalar: &ScalarNode<'a>) -> Result<Cow<'a, str>, YamlError> {
    // Most keys are words, whose text need not be copied.
    if scalar.tag.is_none() && (scalar.style != ScalarStyle::Plain || is_word(scalar.text)) {
        return Ok(Cow::Borrowed(scalar.text));
    }
    Ok(Cow::Owned(match resolve(scalar)? {
        Scalar::String(text) => text,
        Scalar::Bool(bool) => bool.to_string(),
        Scalar::Int(int) => int.to_string(),
        Scalar::Float(float) => go_number::general_single(float),
        Scalar::Null => return Err(no_json_key(scalar, "null")),
        Scalar::Uint(_) => return Err(no_json_key(scalar, "a number this large")),
    }))
}

/// Whether plain text is certainly just text.
fn is_word(text: &str) -> bool {
    plain(text) == Plain::String
}

fn binary(scalar: &ScalarNode<'_>) -> Result<Scalar, YamlError> {
    let Some(bytes) = base64::decode(scalar.text) else {
        return Err(YamlError::new(ErrorKind::Tag, scalar.span, "`!!binary` text is not base64"));
    };
    // Go's JSON encoder writes U+FFFD for each byte that is not part of a character.
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| '\u{fffd}'));
    }
    Ok(Scalar::String(text))
}

fn tag_mismatch(scalar: &ScalarNode<'_>, found: &str, wanted: &str) -> YamlError {
    let message = format!("this value is a !!{found}, but its tag says !!{wanted}");
    YamlError::new(ErrorKind::Tag, scalar.span, message)
}

fn no_json_key(scalar: &ScalarNode<'_>, what: &str) -> YamlError {
    YamlError::new(ErrorKind::NotJson, scalar.span, format!("{what} cannot be a key"))
        .with_hint("quote the key")
}
