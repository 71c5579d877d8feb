//! The expressions of a manifest: whether they parse, and whether a condition can be one.

use serde_json::{Map, Value};
use windlass_expr::ExprError;

use super::Walk;
use crate::manifests::rule::Rule;
use crate::manifests::source::Mark;

impl Walk<'_> {
    pub(super) fn templates(&mut self, members: &Map<String, Value>) {
        for (name, member) in members {
            self.below(name.clone(), |walk| walk.templates_below(member));
        }
    }

    pub(super) fn templates_below(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.template(text),
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.below(index.to_string(), |walk| walk.templates_below(item));
                }
            }
            Value::Object(members) => self.templates(members),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    pub(super) fn template(&mut self, text: &str) {
        if let Err(error) = self.texts.template(text) {
            self.expression(&error);
        }
    }

    pub(super) fn condition(&mut self, text: &str) {
        let template = match self.texts.template(text) {
            Ok(template) => template,
            Err(error) => return self.expression(&error),
        };
        let (message, hint) = if text.is_empty() {
            return;
        } else if !template.has_expressions() {
            let message = "an if without an expression is only text, which is neither true nor false";
            (message.to_owned(), format!("write ${{{{ {text} }}}}"))
        } else if template.literals().any(|literal| !literal.trim().is_empty()) {
            let message =
                "an if with text beside its expression is only text, which is neither true nor false";
            (message.to_owned(), "write all of it within one ${{ }}".to_owned())
        } else if let Some(kind) = template.result_type().filter(|kind| kind != "bool") {
            let message = format!("an if must be true or false, and this is always of the type {kind}");
            (message, "compare it with something".to_owned())
        } else {
            return;
        };
        self.say_plain(Rule::NotACondition, Mark::Value, message, Some(hint));
    }

    pub(super) fn expression(&mut self, error: &ExprError) {
        let message = format!("the expression: {}", error.message());
        let hint = error.hint().map(ToOwned::to_owned);
        self.say_plain(Rule::InvalidExpression, Mark::Within(error.span().range()), message, hint);
    }
}
