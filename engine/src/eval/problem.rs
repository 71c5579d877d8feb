//! What goes wrong, as it is shown: with the line and a mark under what is at fault, or as JSON.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde_json::{Value as Json, json};
use windlass_expr::{ErrorClass, ExprError, NotJson};
use windlass_promotion::evaluate::EvaluateError;

use crate::failure::Failure;

/// Of longer lines only the part around the mark is shown.
const LONGEST_LINE: usize = 200;

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum Problem {
    /// The text that was asked cannot be evaluated.
    Expression(String, ExprError),
    /// A variable of the promotion cannot.
    Variable(EvaluateError),
    /// The answer cannot be printed as JSON.
    NotJson(NotJson),
    /// The context cannot be had.
    Failure(Failure),
}

impl From<EvaluateError> for Problem {
    fn from(error: EvaluateError) -> Self {
        Self::Variable(error)
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl Problem {
    pub(super) fn expression(text: &str, error: ExprError) -> Self {
        Self::Expression(text.to_owned(), error)
    }

    /// For people.
    pub(super) fn text(&self, colours: bool) -> String {
        match self {
            Self::Expression(text, error) => render(text, error, colours),
            Self::Variable(error) => format!("error: {error}"),
            Self::NotJson(error) => format!("error: {error}\n  help: `-o text` prints it"),
            Self::Failure(failure) => failure.to_string(),
        }
    }

    /// For scripts.
    pub(super) fn json(&self) -> Json {
        let error = match self {
            Self::Expression(_, error) => json!({
                "class": class(error.class()),
                "message": error.message(),
                "hint": error.hint(),
                "line": error.position().line,
                "column": error.position().column,
            }),
            Self::Variable(error) => {
                json!({ "class": "variable", "message": format!("{}: {}", error.place, error.message), "hint": error.hint })
            }
            Self::NotJson(error) => json!({ "class": "runtime", "message": error.to_string(), "hint": null }),
            Self::Failure(failure) => {
                json!({ "class": "failure", "message": failure.to_string(), "hint": null })
            }
        };
        json!({ "error": error })
    }
}

/// The stable name of a class of errors.
fn class(class: ErrorClass) -> &'static str {
    match class {
        ErrorClass::Parse => "parse",
        ErrorClass::Type => "type",
        ErrorClass::Runtime => "runtime",
        ErrorClass::Budget => "budget",
    }
}

fn render(text: &str, error: &ExprError, colours: bool) -> String {
    let (line, mark) = line_of(text, error);
    let snippet = Snippet::source(line)
        .line_start(error.position().line)
        .annotation(AnnotationKind::Primary.span(mark));
    let mut group = Group::with_title(Level::ERROR.primary_title(error.message())).element(snippet);
    if let Some(hint) = error.hint() {
        group = group.element(Level::HELP.message(hint));
    }
    let renderer = if colours { Renderer::styled() } else { Renderer::plain() };
    renderer.render(&[group])
}

/// The line at fault, or the part of it around the fault, and which bytes of that are at fault.
fn line_of<'t>(text: &'t str, error: &ExprError) -> (&'t str, std::ops::Range<usize>) {
    let span = error.span();
    let start = floor(text, span.start);
    let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let line_end = text[start..].find('\n').map_or(text.len(), |newline| start + newline);
    let end = floor(text, span.end).clamp(start, line_end);
    let is_long = line_end - line_start > LONGEST_LINE;
    let from = if is_long {
        line_start.max(floor(text, start.saturating_sub(LONGEST_LINE / 2)))
    } else {
        line_start
    };
    let to = if is_long { line_end.min(floor(text, start + LONGEST_LINE / 2)) } else { line_end };
    let end = end.min(to);
    (&text[from..to], start - from..end - from)
}

/// The nearest start of a character at or before a byte.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use windlass_expr::Template;

    use super::*;

    fn shown(text: &str) -> String {
        render(text, &Template::parse(text).unwrap_err(), false)
    }

    #[test]
    fn the_mark_is_under_what_is_at_fault() {
        assert_eq!(
            shown("a\n${{ 1 + true }}"),
            "error: `+` does not work on int and bool\n  |\n2 | ${{ 1 + true }}\n  |       ^"
        );
    }

    #[test]
    fn of_a_long_line_the_part_around_the_mark_is_shown() {
        let text = format!("{} ${{{{ 1 + true }}}} {}", "ä".repeat(4_000), "ö".repeat(4_000));
        let shown = shown(&text);
        assert!(shown.contains("1 + true") && shown.len() < 1_000, "{shown}");
    }
}
