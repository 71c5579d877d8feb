//! TOML as values of expressions: integers stay integers, and dates and times are what they are in Kargo.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use windlass_expr::{Map, Value};

use crate::clock;

/// How many tables and lists may be inside each other.
const MAX_DEPTH: usize = 100;

/// The value of a document: a map.
pub(crate) fn of_document(text: &str) -> Result<Value, String> {
    let document = DeTable::parse(text).map_err(|error| explained(text, error.span(), error.message()))?;
    let reader = Reader { text };
    reader.table(document.into_inner(), 0)
}

struct Reader<'t> {
    text: &'t str,
}

impl Reader<'_> {
    fn table(&self, table: DeTable<'_>, depth: usize) -> Result<Value, String> {
        let entry = |(key, value): (Spanned<_>, Spanned<DeValue<'_>>)| {
            let key: std::borrow::Cow<'_, str> = key.into_inner();
            Ok((key.into_owned(), self.value(value, depth + 1)?))
        };
        let entries = table.into_iter().map(entry).collect::<Result<Map, String>>()?;
        Ok(entries.into())
    }

    fn value(&self, value: Spanned<DeValue<'_>>, depth: usize) -> Result<Value, String> {
        let span = value.span();
        if depth > MAX_DEPTH {
            let why = format!("tables and lists nest deeper than {MAX_DEPTH} levels");
            return Err(explained(self.text, Some(span), &why));
        }
        Ok(match value.into_inner() {
            DeValue::String(text) => text.into_owned().into(),
            DeValue::Integer(integer) => {
                self.number(span, i64::from_str_radix(integer.as_str(), integer.radix()).ok())?
            }
            DeValue::Float(float) => {
                let number = float.as_str().parse::<f64>().ok();
                let is_written = |number: &f64| number.is_finite() || !is_decimal(float.as_str());
                self.number(span, number.filter(is_written))?
            }
            DeValue::Boolean(is_true) => is_true.into(),
            DeValue::Datetime(datetime) => {
                let written = self.text.get(span.clone()).unwrap_or_default();
                clock::of(&datetime, written)
                    .ok_or_else(|| explained(self.text, Some(span), "the date or time is out of range"))?
            }
            DeValue::Array(items) => {
                let items = items.into_iter().map(|item| self.value(item, depth + 1));
                Value::list(items.collect::<Result<_, _>>()?)
            }
            DeValue::Table(table) => self.table(table, depth)?,
        })
    }

    fn number(&self, span: Range<usize>, number: Option<impl Into<Value>>) -> Result<Value, String> {
        number.map(Into::into).ok_or_else(|| explained(self.text, Some(span), "the number is out of range"))
    }
}

/// Whether a float is written in digits, and so is none of `inf` and `nan`.
fn is_decimal(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit())
}

/// What is wrong, with its place as people count.
fn explained(text: &str, span: Option<Range<usize>>, why: &str) -> String {
    match span {
        Some(span) => {
            let place = windlass_expr::Position::of(text, span.start);
            format!("line {}, column {}: {}", place.line, place.column, why.trim())
        }
        None => why.trim().to_owned(),
    }
}
