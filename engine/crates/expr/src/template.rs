//! Templates: text with expressions in `${{ }}` or `${% %}`.

mod coerce;
mod config;

pub use config::{ConfigTemplate, FindTemplate};

use std::ops::Range;

use crate::budget::Meter;
use crate::builtins::Dialect;
use crate::compile::types::Type;
use crate::error::{ErrorClass, ExprError, Fault, Outcome, Span};
use crate::eval;
use crate::evaluated::Evaluated;
use crate::expression::program;
use crate::json::encode::{Layout, encode};
use crate::program::Program;
use crate::reference::Reference;
use crate::rendered::Rendered;
use crate::scope::Scope;
use crate::taint::Taint;
use crate::value::{Kind, Value};

/// The pairs that expressions stand between.
const DELIMITERS: [(&str, &str); 2] = [("${{", "}}"), ("${%", "%}")];

/// A parsed and checked template. Immutable, and cheap to evaluate any number of times, from any thread.
#[derive(Debug)]
pub struct Template {
    text: Box<str>,
    /// None for text without a delimiter, which is its own value.
    parts: Option<Vec<Part>>,
}

/// A part of a template; the parts cover it from start to end, the delimiters left out.
#[derive(Debug)]
enum Part {
    Literal(Range<usize>),
    /// An expression, and where its text starts.
    Expression(Program, usize),
}

impl Template {
    /// Parses a template. The first closing delimiter ends an expression, even within a string. An expression
    /// of no characters at all, `${{}}`, makes all that follows it literal text, as in Kargo.
    ///
    /// # Errors
    /// An unclosed expression, or one that does not parse or check.
    pub fn parse(text: &str) -> Result<Self, ExprError> {
        if !has_expressions(text) {
            return Ok(Self { text: text.into(), parts: None });
        }
        let mut parts = Vec::new();
        let mut at = 0;
        while let Some((start, (open, close))) = find_delimiter(&text[at..]) {
            let start = at + start;
            let inside = start + open.len();
            let Some(length) = text[inside..].find(close) else {
                let message = format!("the expression does not end: `{close}` is missing");
                let error = ExprError::new(ErrorClass::Parse, Span::new(start, text.len()), message);
                return Err(error.locate(text, 0));
            };
            if start > at {
                parts.push(Part::Literal(at..start));
            }
            at = inside + length + close.len();
            if length == 0 {
                break;
            }
            let program = program(&text[inside..inside + length], Dialect::Template);
            let mut program = program.map_err(|error| explain_end(error, length).locate(text, inside))?;
            program.references.iter_mut().for_each(|reference| reference.shift(inside));
            parts.push(Part::Expression(program, inside));
        }
        if at < text.len() {
            parts.push(Part::Literal(at..text.len()));
        }
        Ok(Self { text: text.into(), parts: Some(parts) })
    }

    /// Whether there is an expression in it. Text without one is its own value, whatever the scope.
    #[must_use]
    pub fn has_expressions(&self) -> bool {
        self.parts.is_some()
    }

    /// What the expressions read from their scope; places are in the whole text.
    pub fn references(&self) -> impl Iterator<Item = &Reference> {
        self.programs().flat_map(|program| &program.references)
    }

    /// The pieces of text between and around the expressions.
    pub fn literals(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().flatten().filter_map(|part| match part {
            Part::Literal(range) => Some(&self.text[range.clone()]),
            Part::Expression(..) => None,
        })
    }

    /// What the value will be whatever the scope, such as `int` or `array`, if that is known: of text it is not, since
    /// that is read as what it looks like.
    #[must_use]
    pub fn result_type(&self) -> Option<String> {
        let mut programs = self.programs();
        let only =
            programs.next().filter(|_| programs.next().is_none() && self.literals().next().is_none())?;
        match &only.result {
            Type::Unknown | Type::Str => None,
            known => Some(known.to_string()),
        }
    }

    fn programs(&self) -> impl Iterator<Item = &Program> {
        self.parts.iter().flatten().filter_map(|part| match part {
            Part::Expression(program, _) => Some(program),
            Part::Literal(_) => None,
        })
    }

    /// The text it was parsed from.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Evaluates the expressions, joins all parts and coerces the whole: to a number, boolean, list, map or
    /// nil where it reads as one, unless it is in double quotes.
    ///
    /// # Errors
    /// A runtime error, or a budget error when a limit of the scope is reached.
    pub fn evaluate(&self, scope: &Scope<'_>) -> Result<Evaluated, ExprError> {
        self.evaluate_metered(scope, &mut Meter::new(scope.budget))
    }

    fn evaluate_metered(&self, scope: &Scope<'_>, meter: &mut Meter) -> Result<Evaluated, ExprError> {
        let Some(parts) = &self.parts else {
            return Ok(Evaluated::open(Value::from(&*self.text)));
        };
        let whole = |fault: Fault| fault.at(Span::new(0, self.text.len())).locate(&self.text, 0);
        let mut rendered = Rendered::default();
        for part in parts {
            match part {
                Part::Literal(range) => {
                    meter.output(range.len()).map_err(whole)?;
                    rendered.push(&self.text[range.clone()], &Taint::NONE);
                }
                Part::Expression(program, offset) => {
                    let located = |error: ExprError| error.locate(&self.text, *offset);
                    let value = eval::run(program, scope, meter).map_err(located)?;
                    let span = program.root.span;
                    render(&value, &mut rendered, meter).map_err(|fault| located(fault.at(span)))?;
                }
            }
        }
        coerce::coerce(rendered, meter).map_err(whole)
    }
}

/// An expression that ends too early may have been meant to go on.
fn explain_end(error: ExprError, length: usize) -> ExprError {
    if error.class() != ErrorClass::Parse || error.span().start < length || error.hint().is_some() {
        return error;
    }
    error.with_hint(
        "the first `}}` (or `%}`) ends the expression, even in a string; write `} }` where two braces close",
    )
}

/// Whether there is an expression in a text, or the beginning of one. Text without is its own value.
#[must_use]
pub fn has_expressions(text: &str) -> bool {
    find_delimiter(text).is_some()
}

/// The first opening delimiter and where it is.
fn find_delimiter(text: &str) -> Option<(usize, (&'static str, &'static str))> {
    let opening = |(at, _): (usize, &str)| {
        let pair = DELIMITERS.into_iter().find(|(open, _)| text[at..].starts_with(open))?;
        Some((at, pair))
    };
    text.match_indices("${").find_map(opening)
}

/// Appends a result: a string as it is, anything else as JSON.
fn render(value: &Value, rendered: &mut Rendered, meter: &mut Meter) -> Outcome<()> {
    if let Kind::Str(text) = &value.kind {
        meter.output(text.len())?;
        rendered.push(text, &value.taint);
        return Ok(());
    }
    let json = encode(value, Layout::Compact, meter)?;
    meter.output(json.text.len())?;
    rendered.append(json);
    Ok(())
}
