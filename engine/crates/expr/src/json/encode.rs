//! Values as JSON text: keys in order, `<`, `>` and `&` escaped, numbers in Go's form. Each tainted scalar is
//! a mark.

use crate::budget::Meter;
use crate::error::{Fault, Outcome};
use crate::go::float;
use crate::rendered::Rendered;
use crate::taint::Taint;
use crate::value::{JsonForm, Value, shown_fields};

/// White space between the parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// None.
    Compact,
    /// Each part on its own line, two spaces a level.
    Indented,
}

/// The value as JSON text.
///
/// # Errors
/// When something in it has no JSON form, or the text is larger than the meter allows.
pub(crate) fn encode(value: &Value, layout: Layout, meter: &mut Meter) -> Outcome<Rendered> {
    let mut encoder = Encoder { out: Rendered::default(), layout, meter };
    encoder.value(value, 0)?;
    Ok(encoder.out)
}

struct Encoder<'a> {
    out: Rendered,
    layout: Layout,
    meter: &'a mut Meter,
}

impl Encoder<'_> {
    /// Nesting is bounded by the depth of values.
    fn value(&mut self, value: &Value, level: usize) -> Outcome<()> {
        let start = self.out.text.len();
        let marks = self.out.marks.len();
        let own = &value.taint;
        match value.json_form().map_err(|error| Fault::runtime(error.to_string()))? {
            JsonForm::Null => self.push("null", own)?,
            JsonForm::Bool(value) => self.push(if value { "true" } else { "false" }, own)?,
            JsonForm::Int(value) => self.push(&value.to_string(), own)?,
            JsonForm::Uint(value) => self.push(&value.to_string(), own)?,
            JsonForm::Float(value) => self.push(&float::json(value), own)?,
            JsonForm::Str(text) => self.string(&text, own)?,
            JsonForm::List(items) => self.sequence(items, level)?,
            JsonForm::Map(map) => self.mapping(map.iter().map(|(key, value)| (&**key, value)), level)?,
            JsonForm::Object(object) => {
                self.mapping(shown_fields(object).map(|(name, field)| (name, &field.value)), level)?;
            }
            JsonForm::EmptyObject => self.push("{}", own)?,
        }
        if !own.is_empty() {
            // What is tainted as a whole is one mark, whatever was inside it.
            let text = self.out.text.split_off(start);
            self.out.marks.truncate(marks);
            self.out.push(&text, &value.taint());
        }
        Ok(())
    }

    fn sequence(&mut self, items: &[Value], level: usize) -> Outcome<()> {
        self.push("[", &Taint::NONE)?;
        for (index, item) in items.iter().enumerate() {
            self.separator(index, level + 1)?;
            self.value(item, level + 1)?;
        }
        self.end("]", items.is_empty(), level)
    }

    fn mapping<'v>(
        &mut self,
        entries: impl Iterator<Item = (&'v str, &'v Value)>,
        level: usize,
    ) -> Outcome<()> {
        self.push("{", &Taint::NONE)?;
        let mut is_empty = true;
        for (index, (key, value)) in entries.enumerate() {
            is_empty = false;
            self.separator(index, level + 1)?;
            self.string(key, &Taint::NONE)?;
            self.push(if self.layout == Layout::Indented { ": " } else { ":" }, &Taint::NONE)?;
            self.value(value, level + 1)?;
        }
        self.end("}", is_empty, level)
    }

    fn separator(&mut self, index: usize, level: usize) -> Outcome<()> {
        if index > 0 {
            self.push(",", &Taint::NONE)?;
        }
        self.line(level)
    }

    fn end(&mut self, bracket: &str, is_empty: bool, level: usize) -> Outcome<()> {
        if !is_empty {
            self.line(level)?;
        }
        self.push(bracket, &Taint::NONE)
    }

    fn line(&mut self, level: usize) -> Outcome<()> {
        match self.layout {
            Layout::Compact => Ok(()),
            Layout::Indented => self.push(&format!("\n{}", "  ".repeat(level)), &Taint::NONE),
        }
    }

    fn string(&mut self, text: &str, taint: &Taint) -> Outcome<()> {
        self.push("\"", &Taint::NONE)?;
        self.push(&escape(text), taint)?;
        self.push("\"", &Taint::NONE)
    }

    fn push(&mut self, text: &str, taint: &Taint) -> Outcome<()> {
        self.meter.text(text.len())?;
        self.out.push(text, taint);
        Ok(())
    }
}

/// The text inside the quotes of a JSON string, with all that HTML could misread escaped.
fn escape(text: &str) -> std::borrow::Cow<'_, str> {
    let is_plain = |c: char| c >= ' ' && !matches!(c, '"' | '\\' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}');
    if text.chars().all(is_plain) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            c if is_plain(c) => out.push(c),
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c => out.push_str(&format!("\\u{:04x}", u32::from(c))),
        }
    }
    out.into()
}
