//! Values from and to JSON, as Go's `encoding/json` sees them: numbers are `f64`, special values have their
//! Go forms.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Number;

use super::object::Field;
use super::{JsonName, Kind, Map, Object, Value};
use crate::budget::{Budget, Meter};
use crate::error::{ErrorClass, ExprError, Span};
use crate::json::decode::{NoValue, decode};

/// Why a value has no JSON form.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NotJson {
    /// NaN and the infinities are no JSON numbers.
    #[error("{0} is not a JSON number")]
    NotFinite(String),
    /// Functions and maps with keys of any type have no JSON form.
    #[error("a {0} has no JSON form")]
    Unsupported(String),
    /// JSON has no years before 0 or after 9999.
    #[error("a year outside 0 to 9999 has no JSON form")]
    Year,
}

/// What a value is in JSON.
pub(crate) enum JsonForm<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    Str(Cow<'a, str>),
    List(&'a [Value]),
    Map(&'a Map),
    Object(&'a Object),
    EmptyObject,
}

impl Value {
    /// The value of JSON data. Every number becomes an `f64`, as in Kargo. The nesting is the caller's: what
    /// was parsed from text has at most 128 levels.
    #[must_use]
    pub fn from_json(json: &serde_json::Value) -> Self {
        match json {
            serde_json::Value::Null => Self::NIL,
            serde_json::Value::Bool(value) => Self::from(*value),
            serde_json::Value::Number(number) => Self::from(number.as_f64().unwrap_or(f64::NAN)),
            serde_json::Value::String(text) => Self::from(text.as_str()),
            serde_json::Value::Array(items) => Self::list(items.iter().map(Self::from_json).collect()),
            serde_json::Value::Object(entries) => {
                let entries = entries.iter().map(|(key, value)| (key.as_str(), Self::from_json(value)));
                Self::from(entries.collect::<Map>())
            }
        }
    }

    /// The value of JSON text as Go's `encoding/json` reads it: every number is an `f64`, of a repeated key the last value
    /// counts, and bytes in strings that are no UTF-8 become U+FFFD.
    ///
    /// # Errors
    /// When the text is not JSON, with the place; or when it nests too deep or passes the steps and the memory of
    /// `budget`.
    pub fn parse_json(text: &[u8], budget: Budget) -> Result<Self, ExprError> {
        let text = match std::str::from_utf8(text) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => Cow::Owned(crate::go::text::from_bytes(text)),
        };
        decode(&text, &mut Meter::new(budget)).map_err(|error| match error {
            NoValue::Syntax(at, what) => {
                let span = Span::new(at, at);
                ExprError::new(ErrorClass::Parse, span, format!("not JSON: {what}")).locate(&text, 0)
            }
            NoValue::Budget(fault) => fault.at(Span::default()),
        })
    }

    /// The value as JSON data, with object keys in byte order. Whole numbers below 2^63 become JSON integers.
    ///
    /// # Errors
    /// When the value, or one inside it, has no JSON form: NaN, an infinity, a function, a map with keys of
    /// any type.
    pub fn to_json(&self) -> Result<serde_json::Value, NotJson> {
        Ok(match self.json_form()? {
            JsonForm::Null => serde_json::Value::Null,
            JsonForm::Bool(value) => serde_json::Value::Bool(value),
            JsonForm::Int(value) => serde_json::Value::from(value),
            JsonForm::Uint(value) => serde_json::Value::from(value),
            JsonForm::Float(value) => serde_json::Value::Number(json_number(value)?),
            JsonForm::Str(text) => serde_json::Value::String(text.into_owned()),
            JsonForm::List(items) => {
                serde_json::Value::Array(items.iter().map(Self::to_json).collect::<Result<_, _>>()?)
            }
            JsonForm::Map(map) => {
                let entry =
                    |(key, value): (&std::sync::Arc<str>, &Self)| Ok((key.to_string(), value.to_json()?));
                serde_json::Value::Object(map.iter().map(entry).collect::<Result<_, _>>()?)
            }
            JsonForm::Object(object) => {
                let entry = |(name, field): (&str, &Field)| Ok((name.to_owned(), field.value.to_json()?));
                serde_json::Value::Object(shown_fields(object).map(entry).collect::<Result<_, _>>()?)
            }
            JsonForm::EmptyObject => serde_json::Value::Object(serde_json::Map::new()),
        })
    }

    pub(crate) fn json_form(&self) -> Result<JsonForm<'_>, NotJson> {
        Ok(match &self.kind {
            Kind::Nil => JsonForm::Null,
            Kind::Bool(value) => JsonForm::Bool(*value),
            Kind::Int(value) | Kind::Duration(value) => JsonForm::Int(*value),
            Kind::Uint(value) => JsonForm::Uint(value.get()),
            Kind::Float(value) if value.is_finite() => JsonForm::Float(*value),
            Kind::Float(value) => return Err(NotJson::NotFinite(crate::go::float::print(*value))),
            Kind::Str(text) => JsonForm::Str(Cow::Borrowed(text)),
            Kind::List(list) if list.is_nil() => JsonForm::Null,
            Kind::List(list) => match list.bytes() {
                Some(bytes) => JsonForm::Str(Cow::Owned(STANDARD.encode(bytes))),
                None => JsonForm::List(list.items()),
            },
            Kind::Map(map) if map.is_nil() => JsonForm::Null,
            Kind::Map(map) => JsonForm::Map(map),
            Kind::Time(time) => {
                JsonForm::Str(Cow::Owned(crate::go::format_time::rfc3339(time).ok_or(NotJson::Year)?))
            }
            Kind::Calendar(calendar) => JsonForm::Int(calendar.number()),
            Kind::Zone(_) => JsonForm::EmptyObject,
            Kind::Object(object) => match object.as_text() {
                Some(text) => JsonForm::Str(Cow::Borrowed(text)),
                None => JsonForm::Object(object),
            },
            Kind::Table(_) => return Err(NotJson::Unsupported("map with keys of any type".to_owned())),
            Kind::Function(_) => return Err(NotJson::Unsupported("function".to_owned())),
        })
    }

    /// Whether Go's `omitempty` leaves the value out.
    fn is_omitted_when_empty(&self) -> bool {
        match &self.kind {
            Kind::Nil => true,
            Kind::Bool(value) => !value,
            Kind::Int(value) | Kind::Duration(value) => *value == 0,
            Kind::Uint(value) => value.get() == 0,
            Kind::Float(value) => *value == 0.0,
            Kind::Str(text) => text.is_empty(),
            Kind::List(list) => list.items().is_empty(),
            Kind::Map(map) => map.is_empty(),
            Kind::Table(table) => table.len() == 0,
            Kind::Object(object) => object.as_text().is_some_and(str::is_empty),
            Kind::Time(_) | Kind::Calendar(_) | Kind::Zone(_) | Kind::Function(_) => false,
        }
    }
}

/// The fields of an object that JSON shows, under their JSON names.
pub(crate) fn shown_fields(object: &Object) -> impl Iterator<Item = (&'static str, &Field)> {
    object.fields().iter().filter_map(|field| match field.json {
        JsonName::Always(name) => Some((name, field)),
        JsonName::AsInGo => Some((field.name, field)),
        JsonName::OmitEmpty(name) if !field.value.is_omitted_when_empty() => Some((name, field)),
        JsonName::OmitEmpty(_) | JsonName::Hidden => None,
    })
}

/// The JSON number of an `f64`; a whole number is written without a fraction, as Go does.
fn json_number(value: f64) -> Result<Number, NotJson> {
    const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;
    if value.fract() == 0.0 && (-TWO_TO_63..TWO_TO_63).contains(&value) {
        return Ok(Number::from(value as i64));
    }
    Number::from_f64(value).ok_or_else(|| NotJson::NotFinite(crate::go::float::print(value)))
}
