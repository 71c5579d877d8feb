//! A sheet as Markdown, for the step's page in the documentation.

use std::fmt::Write as _;

use super::StepSheet;
use super::fields::Field;

impl StepSheet<'_> {
    /// What a page tells beside the words that people wrote.
    pub(crate) fn markdown(&self) -> String {
        let mut text = String::from("## Configuration\n\n");
        if self.config.is_empty() {
            text.push_str("Any object.\n");
        } else {
            text.push_str("| field | type | | meaning |\n|---|---|---|---|\n");
            self.config.iter().for_each(|field| row(&mut text, field));
        }
        if !self.rules.is_empty() {
            text.push('\n');
        }
        for rule in &self.rules {
            let at = if rule.path.is_empty() { String::new() } else { format!("`{}`: ", rule.path) };
            let _ = writeln!(text, "- {at}{}", rule.text);
        }
        text.push_str("\n## Outputs\n\n");
        if self.outputs.is_empty() {
            text.push_str("None.\n");
        } else {
            text.push_str("| output | type | meaning |\n|---|---|---|\n");
            for field in &self.outputs {
                let _ = writeln!(
                    text,
                    "| `{}` | {} | {} |",
                    field.path,
                    field.type_name,
                    cell(&field.description)
                );
            }
        }
        text.push_str("\n## What it may do\n\n");
        let asks = self.asks();
        if asks.is_empty() {
            text.push_str("It works on files alone.\n");
        }
        asks.iter().for_each(|ask| {
            let _ = writeln!(text, "- {ask}");
        });
        let (errors, timeout) = self.retries();
        let _ = writeln!(text, "\nUnless `retry` says otherwise, {errors}, and it runs {timeout}.");
        text
    }
}

fn row(text: &mut String, field: &Field) {
    let mut facts = Vec::new();
    facts.extend(field.is_required.then(|| "required".to_owned()));
    facts.extend(field.default.as_ref().map(|default| format!("default `{default}`")));
    facts.extend(field.constraints.iter().map(|fact| match fact.strip_prefix("matches ") {
        Some(pattern) => format!("matches `{pattern}`"),
        None => fact.clone(),
    }));
    let facts = facts.iter().map(|fact| cell(fact)).collect::<Vec<_>>().join("; ");
    let _ =
        writeln!(text, "| `{}` | {} | {facts} | {} |", field.path, field.type_name, cell(&field.description));
}

/// The text as a cell may hold it.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
