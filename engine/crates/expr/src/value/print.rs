//! The printed form of values: what Go's `fmt` writes for `%v`, which is what `string()` gives.

use super::{Kind, Object, Value};
use crate::go::{duration, float, format_time};

impl Value {
    /// The value as Go's `fmt` prints it with `%v`: `[1 a <nil>]`, `map[a:1]`, `1e+06`, `1h30m0s`.
    #[must_use]
    pub fn print(&self) -> String {
        let mut out = String::new();
        print(&mut out, self);
        out
    }
}

/// Nesting is bounded by the depth of values.
fn print(out: &mut String, value: &Value) {
    match &value.kind {
        Kind::Nil => out.push_str("<nil>"),
        Kind::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Kind::Int(value) => out.push_str(&value.to_string()),
        Kind::Uint(value) => out.push_str(&value.get().to_string()),
        Kind::Float(value) => out.push_str(&float::print(*value)),
        Kind::Str(text) => out.push_str(text),
        Kind::List(list) => {
            out.push('[');
            separated(out, list.items().iter(), print);
            out.push(']');
        }
        Kind::Map(map) => {
            out.push_str("map[");
            separated(out, map.iter(), |out, (key, value)| {
                out.push_str(key);
                out.push(':');
                print(out, value);
            });
            out.push(']');
        }
        Kind::Table(table) => {
            out.push_str("map[");
            separated(out, table.iter(), |out, (key, value)| {
                print(out, &key.to_value());
                out.push(':');
                print(out, value);
            });
            out.push(']');
        }
        Kind::Time(time) => out.push_str(&format_time::print(time)),
        Kind::Duration(nanoseconds) => out.push_str(&duration::print(*nanoseconds)),
        Kind::Calendar(calendar) => out.push_str(calendar.name()),
        Kind::Zone(zone) => out.push_str(zone.name()),
        Kind::Object(object) => print_object(out, object),
        Kind::Function(_) => out.push_str("<function>"),
    }
}

fn print_object(out: &mut String, object: &Object) {
    if let Some(text) = object.as_text() {
        out.push_str(text);
        return;
    }
    out.push('{');
    separated(out, object.fields().iter(), |out, field| print(out, &field.value));
    out.push('}');
}

fn separated<T>(out: &mut String, items: impl Iterator<Item = T>, mut one: impl FnMut(&mut String, T)) {
    for (index, item) in items.enumerate() {
        if index > 0 {
            out.push(' ');
        }
        one(out, item);
    }
}
