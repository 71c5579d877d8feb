//! Walks through a manifest beside its shape and tells everything that does not fit.

mod complaints;
mod expressions;

use serde_json::{Map, Value};

use super::{Field, Presence, Shape};
use crate::manifests::rule::Rule;
use crate::manifests::source::Mark;
use crate::manifests::texts::Texts;

/// Something that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) rule: Rule,
    pub(crate) path: Vec<String>,
    pub(crate) mark: Mark,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

/// What came of a check.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    pub(crate) problems: Vec<Problem>,
    /// There are nulls where a value could be. They stand for nothing, as in Go.
    pub(crate) has_nulls: bool,
}

/// Checks a manifest.
pub(crate) fn check(shape: &Shape, json: &Value, texts: &Texts) -> Checked {
    let mut walk = Walk { texts, path: Vec::new(), checked: Checked::default() };
    walk.value(shape, json);
    walk.checked
}

/// The manifest without the nulls that stand for nothing. Those in configurations stay.
pub(crate) fn without_nulls(shape: &Shape, json: &Value) -> Value {
    match (shape, json) {
        (Shape::List { of, .. }, Value::Array(items)) => {
            items.iter().map(|item| without_nulls(of, item)).collect()
        }
        (Shape::Object(fields) | Shape::Choice { fields, .. }, Value::Object(members)) => {
            let kept = members.iter().filter(|(_, member)| !member.is_null()).map(|(name, member)| {
                let field = fields.iter().find(|field| field.name == name);
                let shape = field.map_or(&Shape::Any, |field| field.shape);
                (name.clone(), without_nulls(shape, member))
            });
            Value::Object(kept.collect())
        }
        (Shape::Map(of), Value::Object(members)) => {
            let kept = members.iter().filter(|(_, member)| !member.is_null());
            Value::Object(kept.map(|(name, member)| (name.clone(), without_nulls(of, member))).collect())
        }
        _ => json.clone(),
    }
}

/// The manifest without nulls that stand for nothing, and without fields that are not known. Fields that were taken out of
/// Kargo stay.
pub(crate) fn pruned(shape: &Shape, json: &Value) -> Value {
    match (shape, json) {
        (Shape::List { of, .. }, Value::Array(items)) => items.iter().map(|item| pruned(of, item)).collect(),
        (Shape::Object(fields) | Shape::Choice { fields, .. }, Value::Object(members)) => {
            let kept = members.iter().filter(|(_, member)| !member.is_null()).filter_map(|(name, member)| {
                let field = fields.iter().find(|field| field.name == name)?;
                // Kargo keeps whatever a subscription holds.
                let shape = if name == "subscriptions" { &Shape::Any } else { field.shape };
                Some((name.clone(), pruned(shape, member)))
            });
            Value::Object(kept.collect())
        }
        (Shape::Map(of), Value::Object(members)) => {
            let kept = members.iter().filter(|(_, member)| !member.is_null());
            Value::Object(kept.map(|(name, member)| (name.clone(), pruned(of, member))).collect())
        }
        _ => json.clone(),
    }
}

struct Walk<'a> {
    texts: &'a Texts,
    path: Vec<String>,
    checked: Checked,
}

impl Walk<'_> {
    fn value(&mut self, shape: &Shape, value: &Value) {
        match (shape, value) {
            (Shape::Any, _) | (Shape::Bool, Value::Bool(_)) => {}
            (Shape::Whole { least, most }, Value::Number(number)) => {
                if number.as_i64().is_none_or(|number| !(*least..=*most).contains(&number)) {
                    let message = format!("expected a whole number from {least} to {most}, found {number}");
                    self.say(Rule::InvalidValue, Mark::Value, message, None);
                }
            }
            (Shape::Text(form), Value::String(text)) => {
                if let Err(complaint) = form(text) {
                    self.complain(text, complaint);
                }
            }
            (Shape::Word(words), Value::String(word)) => self.word(words, word),
            (Shape::Template, Value::String(text)) => self.template(text),
            (Shape::Condition, Value::String(text)) => self.condition(text),
            // Kargo takes an empty one for none.
            (Shape::Expression, Value::String(text)) if text.is_empty() => {}
            (Shape::Expression, Value::String(text)) => {
                if let Err(error) = self.texts.expression(text) {
                    self.expression(&error);
                }
            }
            (Shape::Config, Value::Object(members)) => self.templates(members),
            (Shape::List { of, least }, Value::Array(items)) => {
                if items.len() < *least {
                    let message = format!("expected at least {least} entry, found none");
                    self.say(Rule::InvalidValue, Mark::Value, message, None);
                }
                for (index, item) in items.iter().enumerate() {
                    self.below(index.to_string(), |walk| walk.value(of, item));
                }
            }
            (Shape::Map(of), Value::Object(members)) => {
                for (name, member) in members {
                    self.below(name.clone(), |walk| walk.member(of, member));
                }
            }
            (Shape::Object(fields), Value::Object(members)) => self.object(fields, &[], members),
            (Shape::Choice { fields, one_of }, Value::Object(members)) => {
                self.object(fields, one_of, members);
            }
            _ => self.wrong_type(shape, value),
        }
    }

    /// A value that may be null, which is as good as absent.
    fn member(&mut self, shape: &Shape, value: &Value) {
        if value.is_null() {
            self.checked.has_nulls = true;
        } else {
            self.value(shape, value);
        }
    }

    fn object(&mut self, fields: &[Field], one_of: &[&str], members: &Map<String, Value>) {
        let mut meant = Vec::new();
        for (name, member) in members {
            match fields.iter().find(|field| field.name == name) {
                Some(Field { presence: Presence::Removed(instead), .. }) => {
                    self.below(name.clone(), |walk| walk.removed(name, instead));
                }
                // Go takes an empty text for none.
                Some(Field { presence: Presence::Optional, shape: Shape::Word(_), .. }) if member == "" => {}
                Some(field) => self.below(name.clone(), |walk| walk.member(field.shape, member)),
                None => meant.extend(self.unknown(name, fields, members)),
            }
        }
        let is_there = |name: &str| members.get(name).is_some_and(|member| !member.is_null());
        for field in fields {
            let is_missing = field.presence == Presence::Required && !is_there(field.name);
            if is_missing && !meant.contains(&field.name) {
                let message = format!("the field {:?} is missing", field.name);
                self.say_of_whole(Rule::MissingField, message);
            }
        }
        let chosen: Vec<&String> =
            members.keys().filter(|name| one_of.contains(&name.as_str()) && is_there(name)).collect();
        match chosen.as_slice() {
            [] if !one_of.is_empty() && !one_of.iter().any(|name| meant.contains(name)) => {
                let message = format!("expected one of {}, found none", one_of.join(", "));
                self.say_of_whole(Rule::MissingField, message);
            }
            [first, second, ..] => {
                let message =
                    format!("expected only one of {}, found both {first} and {second}", one_of.join(", "));
                let hint = Some("keep one of them".to_owned());
                self.below((*second).clone(), |walk| {
                    walk.say(Rule::ConflictingFields, Mark::Key, message, hint);
                });
            }
            _ => {}
        }
    }

    fn below(&mut self, segment: String, check: impl FnOnce(&mut Self)) {
        self.path.push(segment);
        check(self);
        self.path.pop();
    }

    /// Complains about what is here, with the way to it.
    fn say(&mut self, rule: Rule, mark: Mark, message: impl Into<String>, hint: Option<String>) {
        let message = format!("{}: {}", dotted(&self.path), message.into());
        self.say_plain(rule, mark, message, hint);
    }

    /// Complains of something that a mapping lacks.
    fn say_of_whole(&mut self, rule: Rule, message: String) {
        let message =
            if self.path.is_empty() { message } else { format!("{}: {message}", dotted(&self.path)) };
        // A mapping that is an entry of a list has no key to mark.
        let is_entry = self.path.last().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
        let mark = if is_entry { Mark::Value } else { Mark::Key };
        self.say_plain(rule, mark, message, None);
    }

    fn say_plain(&mut self, rule: Rule, mark: Mark, message: String, hint: Option<String>) {
        self.checked.problems.push(Problem { rule, path: self.path.clone(), mark, message, hint });
    }
}

/// A path as people write it: `spec.steps[2].config`. Keys may hold anything, also what would drive a terminal.
fn dotted(path: &[String]) -> String {
    let mut text = String::new();
    for segment in path {
        let segment =
            if segment.contains(char::is_control) { &segment.escape_debug().to_string() } else { segment };
        if !text.is_empty() && !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit()) {
            text.push_str(&format!("[{segment}]"));
        } else {
            if !text.is_empty() {
                text.push('.');
            }
            text.push_str(segment);
        }
    }
    text
}
