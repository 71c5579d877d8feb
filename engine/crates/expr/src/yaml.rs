//! Values as block-style YAML, byte for byte as Go's `yaml.v3` writes them, which is what `asYAML()` gives:
//! four spaces a level, `- ` counted as two, keys in natural order.

mod keys;
mod plain;
mod scalar;

use std::sync::Arc;

use scalar::Style;

use crate::budget::Meter;
use crate::error::{Fault, Outcome};
use crate::go::{duration, float, format_time};
use crate::sort;
use crate::value::{Kind, Value};

const INDENT: usize = 4;
/// The longest key that is written without a question mark.
const MAX_SIMPLE_KEY: usize = 128;

/// The value as a YAML document.
///
/// # Errors
/// When something in it is a function, or the text is larger than the meter allows.
pub(crate) fn emit(value: &Value, meter: &mut Meter) -> Outcome<String> {
    let mut emitter = Emitter { out: String::new(), column: 0, after_space: true, only_indent: true, meter };
    emitter.node(value, None, Parent::Document)?;
    emitter.line(0);
    Ok(emitter.out)
}

/// What a node is in, which decides how far it is indented.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Parent {
    Document,
    Sequence,
    Mapping,
}

struct Emitter<'a> {
    out: String,
    /// Characters since the last line end.
    column: usize,
    /// Whether the last thing written was white space or a line start.
    after_space: bool,
    /// Whether nothing but white space and indicators is on the line.
    only_indent: bool,
    meter: &'a mut Meter,
}

impl Emitter<'_> {
    /// Nesting is bounded by the depth of values. `indent` is that of the collection around the node.
    fn node(&mut self, value: &Value, indent: Option<usize>, parent: Parent) -> Outcome<()> {
        self.meter.steps(4)?;
        match &value.kind {
            Kind::Nil => self.plain("null"),
            Kind::Bool(value) => self.plain(if *value { "true" } else { "false" }),
            Kind::Int(number) => self.plain(&number.to_string()),
            Kind::Uint(number) => self.plain(&number.get().to_string()),
            Kind::Calendar(calendar) => self.plain(&calendar.number().to_string()),
            Kind::Float(number) => self.plain(&float_text(*number)),
            Kind::Time(time) => self.plain(&format_time::format(time, "2006-01-02T15:04:05.999999999Z07:00")),
            Kind::Duration(length) => self.string(&duration::print(*length), indent, parent),
            Kind::Str(text) => self.string(text, indent, parent),
            Kind::Zone(_) => self.plain("{}"),
            Kind::List(list) => self.sequence(list.items(), indent, parent),
            Kind::Map(map) => {
                let meter = &mut *self.meter;
                let entries = sort::stable(map.iter().collect(), |(a, _), (b, _)| {
                    meter.steps(2 + (a.len() + b.len()) as u64 / 16)?;
                    Ok(keys::compare_text(a, b).is_lt())
                })?;
                let entries: Vec<_> =
                    entries.into_iter().map(|(key, value)| (Value::from(Arc::clone(key)), value)).collect();
                self.mapping(&entries, indent, parent)
            }
            Kind::Table(table) => {
                let meter = &mut *self.meter;
                let entries = sort::stable(table.iter().collect(), |(a, _), (b, _)| {
                    meter.steps(2)?;
                    a.scan(meter)?;
                    b.scan(meter)?;
                    Ok(keys::compare(a, b).is_lt())
                })?;
                let entries: Vec<_> =
                    entries.into_iter().map(|(key, value)| (key.to_value(), value)).collect();
                self.mapping(&entries, indent, parent)
            }
            Kind::Object(object) => match object.as_text() {
                Some(text) => self.string(text, indent, parent),
                None => {
                    // Structs without YAML tags show their fields in lower case, and all of them.
                    let name = |name: &str| Value::from(name.to_lowercase());
                    let entries: Vec<_> =
                        object.fields().iter().map(|field| (name(field.name), &field.value)).collect();
                    self.mapping(&entries, indent, parent)
                }
            },
            Kind::Function(_) => Err(Fault::runtime("a function has no YAML form")),
        }
    }

    fn sequence(&mut self, items: &[Value], indent: Option<usize>, parent: Parent) -> Outcome<()> {
        if items.is_empty() {
            return self.plain("[]");
        }
        let inner = deeper(indent, parent, 0);
        for item in items {
            self.line(inner);
            self.indicator("-", true);
            self.node(item, Some(inner), Parent::Sequence)?;
        }
        Ok(())
    }

    fn mapping(&mut self, entries: &[(Value, &Value)], indent: Option<usize>, parent: Parent) -> Outcome<()> {
        if entries.is_empty() {
            return self.plain("{}");
        }
        let inner = deeper(indent, parent, 0);
        for (key, value) in entries {
            self.line(inner);
            if is_simple_key(key) {
                self.simple_key(key)?;
                self.indicator(":", false);
            } else {
                self.indicator("?", true);
                self.node(key, Some(inner), Parent::Mapping)?;
                self.line(inner);
                self.indicator(":", true);
            }
            self.node(value, Some(inner), Parent::Mapping)?;
        }
        Ok(())
    }

    /// A key on one line, which has no block style.
    fn simple_key(&mut self, key: &Value) -> Outcome<()> {
        match &key.kind {
            Kind::Str(text) => match scalar::style(text, true) {
                Style::Plain => self.plain(text),
                Style::SingleQuoted => self.plain(&scalar::single_quoted(text, 0)),
                Style::DoubleQuoted | Style::Literal => self.plain(&scalar::double_quoted(text)),
            },
            _ => self.node(key, None, Parent::Mapping),
        }
    }

    fn string(&mut self, text: &str, indent: Option<usize>, parent: Parent) -> Outcome<()> {
        match scalar::style(text, false) {
            Style::Plain => self.plain(text),
            Style::SingleQuoted => self.plain(&scalar::single_quoted(text, deeper(indent, parent, INDENT))),
            Style::DoubleQuoted => self.plain(&scalar::double_quoted(text)),
            Style::Literal => self.literal(text, deeper(indent, parent, INDENT)),
        }
    }

    /// A literal block: each line as it is, indented.
    fn literal(&mut self, text: &str, indent: usize) -> Outcome<()> {
        self.meter.text(text.len() + text.matches('\n').count() * indent)?;
        self.indicator("|", false);
        let starts_with_space = text.starts_with([' ', '\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']);
        if starts_with_space {
            self.put(&INDENT.to_string());
        }
        let mut from_end = text.chars().rev().map(scalar::is_break);
        match (from_end.next(), from_end.next()) {
            (Some(true), None | Some(true)) => self.put("+"),
            (Some(true), Some(false)) => {}
            _ => self.put("-"),
        }
        self.break_line();
        self.after_space = true;
        let mut at_line_start = true;
        for c in text.chars() {
            if scalar::is_break(c) {
                self.put_break(c);
                at_line_start = true;
                continue;
            }
            if at_line_start {
                self.line(indent);
            }
            self.put(c.encode_utf8(&mut [0; 4]));
            self.only_indent = false;
            at_line_start = false;
        }
        Ok(())
    }

    /// Text that takes its place on the line.
    fn plain(&mut self, text: &str) -> Outcome<()> {
        self.meter.text(text.len() + 1)?;
        if !self.after_space {
            self.put(" ");
        }
        self.put(text);
        self.after_space = false;
        self.only_indent = false;
        Ok(())
    }

    /// One of `-`, `?`, `:`, `|`. True: what follows may stand on the same line as if it were indented.
    fn indicator(&mut self, indicator: &str, indents: bool) {
        let needs_space = indicator != ":" || indents;
        if needs_space && !self.after_space {
            self.put(" ");
        }
        self.put(indicator);
        self.after_space = false;
        self.only_indent = self.only_indent && indents;
    }

    /// Goes to column `indent`: on this line if there is nothing but indentation yet, else on a new one.
    fn line(&mut self, indent: usize) {
        let is_past = self.column > indent || self.column == indent && !self.after_space;
        if !self.only_indent || is_past {
            self.break_line();
        }
        while self.column < indent {
            self.put(" ");
        }
        self.after_space = true;
    }

    fn break_line(&mut self) {
        self.put_break('\n');
    }

    fn put_break(&mut self, c: char) {
        self.out.push(c);
        self.column = 0;
        self.only_indent = true;
    }

    fn put(&mut self, text: &str) {
        self.out.push_str(text);
        self.column += text.chars().count();
    }
}

/// How far a collection or block is indented in what is around it. `at_root` is for what stands alone.
fn deeper(indent: Option<usize>, parent: Parent, at_root: usize) -> usize {
    match (indent, parent) {
        (None, _) => at_root,
        (Some(indent), Parent::Sequence) => indent + 2,
        (Some(indent), _) => INDENT * ((indent + INDENT) / INDENT),
    }
}

fn is_simple_key(key: &Value) -> bool {
    key.as_str().is_none_or(|text| text.len() <= MAX_SIMPLE_KEY && !text.chars().any(scalar::is_break))
}

fn float_text(number: f64) -> String {
    match number {
        _ if number.is_nan() => ".nan".to_owned(),
        f64::INFINITY => ".inf".to_owned(),
        f64::NEG_INFINITY => "-.inf".to_owned(),
        _ => float::print(number),
    }
}
