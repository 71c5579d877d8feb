//! One expression by itself, without delimiters: filters, criteria, conditions of links.

use crate::budget::Meter;
use crate::builtins::Dialect;
use crate::compile::compile;
use crate::error::ExprError;
use crate::eval;
use crate::program::Program;
use crate::reference::Reference;
use crate::scope::Scope;
use crate::syntax;
use crate::value::Value;

/// A parsed and checked expression. Immutable, and cheap to evaluate any number of times, from any thread.
#[derive(Debug)]
pub struct Expression {
    text: Box<str>,
    program: Program,
}

impl Expression {
    /// Parses and checks an expression. `quote` and its like are for templates only and are not known here.
    ///
    /// # Errors
    /// A parse error, a type error, or a budget error for an expression that is too long or too deep.
    pub fn parse(text: &str) -> Result<Self, ExprError> {
        let program = program(text, Dialect::Plain).map_err(|error| error.locate(text, 0))?;
        Ok(Self { text: text.into(), program })
    }

    /// The same for an expression as it stands in a template, where `quote` and its like are known.
    ///
    /// # Errors
    /// As [`Expression::parse`].
    pub fn parse_of_template(text: &str) -> Result<Self, ExprError> {
        let program = program(text, Dialect::Template).map_err(|error| error.locate(text, 0))?;
        Ok(Self { text: text.into(), program })
    }

    /// The value of the expression in a scope, as it is: nothing is coerced.
    ///
    /// # Errors
    /// A runtime error, or a budget error when a limit of the scope is reached.
    pub fn evaluate(&self, scope: &Scope<'_>) -> Result<Value, ExprError> {
        let mut meter = Meter::new(scope.budget);
        eval::run(&self.program, scope, &mut meter).map_err(|error| error.locate(&self.text, 0))
    }

    /// What the expression reads from its scope.
    pub fn references(&self) -> impl Iterator<Item = &Reference> {
        self.program.references.iter()
    }

    /// The text it was parsed from.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// Parses and checks one expression; places are counted from its start.
pub(crate) fn program(text: &str, dialect: Dialect) -> Result<Program, ExprError> {
    compile(&syntax::parse(text)?, dialect)
}

/// What Go's `strconv.ParseBool` makes of a text: `1 t T TRUE true True` and `0 f F FALSE false False`. This
/// is how Kargo reads the result of a filter that is no boolean, after [`Value::print`].
#[must_use]
pub fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}
