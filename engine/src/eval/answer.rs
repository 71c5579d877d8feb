//! What an input comes to, as it is printed.

use serde_json::Value as Json;
use windlass_expr::{Evaluated, NotJson, Value};
use windlass_promotion::sealed::HIDDEN;

use super::problem::Problem;

/// How answers are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum Format {
    /// Text as it is, anything else as JSON.
    #[default]
    Text,
    /// JSON, on one line.
    Json,
}

/// An answer without its secrets.
#[derive(Debug)]
pub(crate) struct Answer {
    json: Result<Json, NotJson>,
    /// For what has no JSON form.
    printed: String,
}

impl Answer {
    /// What a template comes to.
    pub(super) fn of_template(evaluated: &Evaluated) -> Self {
        Self { json: evaluated.shown(HIDDEN), printed: printed(&evaluated.value) }
    }

    /// What an expression comes to.
    pub(super) fn of_expression(value: &Value) -> Self {
        Self { json: value.shown(HIDDEN), printed: printed(value) }
    }

    /// As it is printed, without a line end.
    ///
    /// # Errors
    /// If JSON is wanted and it has no such form.
    pub(super) fn print(&self, format: Format) -> Result<String, Problem> {
        match (&self.json, format) {
            (Ok(Json::String(text)), Format::Text) => Ok(text.clone()),
            (Ok(json), _) => Ok(json.to_string()),
            (Err(_), Format::Text) => Ok(self.printed.clone()),
            (Err(error), Format::Json) => Err(Problem::NotJson(error.clone())),
        }
    }
}

fn printed(value: &Value) -> String {
    if value.taint().is_empty() { value.print() } else { HIDDEN.to_owned() }
}
