//! A JSON value as YAML text, byte for byte as `Marshal` of `sigs.k8s.io/yaml` writes it.
//!
//! Layout is here: block collections, two spaces a level, sequences not indented under their key. How a scalar is
//! written is decided in `style` and done in `scalar`; the order of keys is in `order`.

mod order;
mod scalar;
mod style;
mod writer;

use serde_json::{Map, Value};

use crate::go_number;
use crate::node::Layout;
use crate::options::Limits;
use crate::resolve;
pub(crate) use scalar::{double_quoted, single_quoted};
pub(crate) use style::Traits;
use style::{Role, Style};
use writer::Writer;

/// The order in which the keys of an object are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyOrder {
    /// As go-yaml sorts them: letters after digits and signs, runs of digits by their number (`a2` before `a10`).
    Sorted,
    /// As they stand in the object.
    Kept,
}

/// A value that is not written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EmitError {
    /// The value is nested deeper than [`crate::Limits::DEPTH_MAX`].
    #[error("the value is nested more than {max} deep; no reader would take it")]
    TooDeep {
        /// The deepest nesting that is written.
        max: u16,
    },
}

/// The YAML text of a value, with a line end at its end.
///
/// Text that a reader of YAML 1.1 would not take for text is quoted; text of several lines becomes a `|` block where
/// it can; lines are folded behind column 80 at spaces. A float without a fraction is written as a whole number if it
/// fits 64 bits, others as Go's `%g` (`1e+21`, `1.5e+06`).
///
/// # Errors
/// The value is nested too deep.
pub fn emit(value: &Value, order: KeyOrder) -> Result<String, EmitError> {
    let mut emitter = Emitter { writer: Writer::new(), order };
    emitter.node(value, Place::Elsewhere, 0)?;
    Ok(emitter.writer.finish())
}

/// Where a value stands.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Place {
    BehindKey,
    Elsewhere,
}

struct Emitter {
    writer: Writer,
    order: KeyOrder,
}

impl Emitter {
    /// Writes a value around which `depth` collections are open.
    fn node(&mut self, value: &Value, place: Place, depth: u16) -> Result<(), EmitError> {
        check_depth(value, depth)?;
        match value {
            Value::Null => self.plain("null"),
            Value::Bool(bool) => self.plain(if *bool { "true" } else { "false" }),
            Value::Number(number) => self.plain(&number_text(number)),
            Value::String(text) => self.text(text, Role::Value),
            Value::Array(items) if items.is_empty() => self.plain("[]"),
            Value::Object(entries) if entries.is_empty() => self.plain("{}"),
            Value::Array(items) => return self.sequence(items, place, depth),
            Value::Object(entries) => return self.mapping(entries, depth),
        }
        Ok(())
    }

    fn sequence(&mut self, items: &[Value], place: Place, depth: u16) -> Result<(), EmitError> {
        let outer = self.writer.indent;
        // Under a key that stands on this line the dashes go below the key itself.
        if place != Place::BehindKey || self.writer.indentation {
            self.writer.deepen(0);
        }
        for item in items {
            self.writer.new_line();
            self.writer.indicator("-");
            self.node(item, Place::Elsewhere, depth + 1)?;
        }
        self.writer.indent = outer;
        Ok(())
    }

    fn mapping(&mut self, entries: &Map<String, Value>, depth: u16) -> Result<(), EmitError> {
        let outer = self.writer.indent;
        self.writer.deepen(0);
        let mut entries: Vec<(&String, &Value)> = entries.iter().collect();
        if self.order == KeyOrder::Sorted {
            entries = order::sorted(entries);
        }
        for (key, value) in entries {
            self.writer.new_line();
            if is_simple_key(key) {
                self.text(key, Role::SimpleKey);
                self.writer.follow(":");
            } else {
                self.writer.indicator("?");
                self.text(key, Role::Value);
                self.writer.new_line();
                self.writer.indicator(":");
            }
            self.node(value, Place::BehindKey, depth + 1)?;
        }
        self.writer.indent = outer;
        Ok(())
    }

    fn plain(&mut self, text: &str) {
        self.scalar(text, Style::Plain, Role::Value);
    }

    fn text(&mut self, text: &str, role: Role) {
        self.scalar(text, style::choose(text, role), role);
    }

    fn scalar(&mut self, text: &str, style: Style, role: Role) {
        let outer = self.writer.indent;
        self.writer.deepen(2);
        match style {
            Style::Plain => scalar::write_plain(&mut self.writer, text, role),
            Style::SingleQuoted => scalar::write_single_quoted(&mut self.writer, text, role),
            Style::DoubleQuoted => scalar::write_double_quoted(&mut self.writer, text, role),
            Style::Literal => scalar::write_literal(&mut self.writer, text),
        }
        self.writer.indent = outer;
    }
}

/// Whether a key can stand before its `:` on one line; else it is written after `? `.
fn is_simple_key(key: &str) -> bool {
    key.len() <= 128 && !Traits::of(key).has_break
}

/// A number as go-yaml writes it after it has read what Go's JSON encoder wrote.
pub(crate) fn number_text(number: &serde_json::Number) -> String {
    let float = match number.as_f64() {
        Some(float) if number.is_f64() => float,
        _ => return number.to_string(),
    };
    let whole = go_number::json_integer(float)
        .filter(|digits| digits.parse::<i64>().is_ok() || digits.parse::<u64>().is_ok());
    match whole {
        Some(digits) if digits == "-0" => "0".to_owned(),
        Some(digits) => digits,
        None => go_number::general(float),
    }
}

/// Refuses a collection inside as many others as may be nested.
pub(crate) fn check_depth(value: &Value, depth: u16) -> Result<(), EmitError> {
    let max = Limits::DEPTH_MAX;
    if depth < max || !(value.is_array() || value.is_object()) {
        Ok(())
    } else {
        Err(EmitError::TooDeep { max })
    }
}

/// Whether text without quotes is read back as this very text where everything is laid out so.
pub(crate) fn is_plain_text(text: &str, layout: Layout) -> bool {
    Traits::of(text).is_plain(layout) && resolve::is_text_when_plain(text)
}
